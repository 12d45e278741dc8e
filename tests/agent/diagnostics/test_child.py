"""The child process: brings a bundle within its budget, or nothing, and never holds the agent up."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.diagnostics import child
from agent.diagnostics.child import BUNDLE_MAX_BYTES, take_evidence
from agent.errors import OutOfTime
from agent.processes import run
from agent.signals import Finding, FindingState, Metric, Reading, Severity
from evidence.reader import read_bundle

CLOCK = SystemClock()
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FACTS = {"watch_name": "shop", "watch_kind": "tcp", "watch_target": "127.0.0.1:9"}
FINDING = Finding("f-1", "watch.down", "shop", FindingState.RAISED, Severity.CRITICAL, NINE, NINE, FACTS)


async def test_a_finding_gets_its_bundle_with_a_quarter_of_an_hour_of_samples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """600 readings of 60 values are read, redacted and packed; the machine's load is out of our hands."""
    monkeypatch.setattr(child, "BUDGET_S", 30.0)
    metrics = tuple(Metric("m", number / 7, "1", {"number": str(number)}) for number in range(60))
    readings = [Reading("cpu", NINE, 0.0, metrics) for _ in range(600)]
    bundle = await take_evidence(FINDING, readings, CLOCK, agent_version="1.2")
    assert bundle is not None and len(bundle) <= BUNDLE_MAX_BYTES
    opened = read_bundle(bundle)
    assert opened.findings[0]["rule"] == "watch.down"
    assert b'"number=59"' not in opened.read("samples.jsonl")
    lines = opened.read("samples.jsonl").splitlines()
    assert len(lines) > 50 and all(line.endswith(b"}}") for line in lines)
    assert sum(map(len, lines)) < 128 * 1024


async def test_a_child_out_of_time_is_killed_and_patience_gives_it_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(child, "BUDGET_S", 0.01)
    with pytest.raises(OutOfTime, match="out of time after"):
        await take_evidence(FINDING, [], CLOCK)
    assert await take_evidence(FINDING, [], CLOCK, patience=3_000) is not None


async def test_a_machine_where_no_child_can_be_started_has_no_evidence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    assert await take_evidence(FINDING, [], CLOCK) is None


def test_the_child_refuses_nonsense_with_a_clear_word() -> None:
    ended = run((sys.executable, "-m", "agent.diagnostics"), 30, 10_000, b"{}", {"PYTHONPATH": "."})
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr == b"request: KeyError: 'listener'\n"
