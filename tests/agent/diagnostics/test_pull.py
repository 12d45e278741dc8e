"""Collecting a profile in a child: what hangs is a gap, budgets hold, secrets stay, nothing is left."""

import asyncio
import os
import sys
import threading
from pathlib import Path

import pytest

from agent.chance import SystemChance
from agent.clock import SystemClock
from agent.diagnostics.item import Taken
from agent.diagnostics.pull import asking, basic
from agent.diagnostics.pull.asking import Collected, CollectingFailed
from agent.diagnostics.pull.piece import Piece, command, first_of
from agent.diagnostics.pull.request import Request, RequestRefused, Step, step_from, step_line, unpacked
from agent.diagnostics.pull.taking import collect
from agent.disk import OsDisk
from agent.processes import Finished
from evidence.reader import Bundle, open_bundle


def taken(folder: Path, *pieces: Piece, **budgets: float | int) -> tuple[Bundle, list[Step]]:
    steps: list[Step] = []
    request = Request("basic", str(folder / "bundle.zip"), "0", {"role": "server"}, **budgets)  # type: ignore[arg-type]
    collect(request, pieces, SystemClock(), SystemChance(), steps.append)
    return open_bundle((folder / "bundle.zip").open("rb")), steps


def test_a_piece_that_fails_hangs_or_is_not_installed_costs_itself(tmp_path: Path) -> None:
    def broken() -> Taken:
        raise ValueError("no such thing")

    def hanging() -> Taken:
        threading.Event().wait(30)
        raise AssertionError

    bundle, steps = taken(
        tmp_path,
        Piece("a/hangs.txt", hanging, limit_s=0.2),
        Piece("b/fails.txt", broken),
        command("c/lacks.txt", "no-such-program-here"),
        Piece("d/works.txt", lambda: Taken("us", b"all well\n")),
    )
    gaps = {item.label: (item.timed_out, item.withheld) for item in bundle.manifest.items if item.withheld}
    assert gaps == {
        "a/hangs.txt": (True, "no end in time"),
        "b/fails.txt": (False, "ValueError: no such thing"),
        "c/lacks.txt": (False, "no-such-program-here is not installed"),
    }
    assert bundle.read("d/works.txt") == b"all well\n"
    assert (steps[0], steps[-1]) == (Step(0, 5), Step(5, 5))


def test_a_budget_that_is_spent_leaves_named_gaps(tmp_path: Path) -> None:
    pieces = [Piece(f"x/{number}.txt", lambda: Taken("us", b"x")) for number in range(3)]
    (tmp_path / "cpu").mkdir()
    for folder, said, budget in (
        (tmp_path, "the budget of 0 s was spent", {"budget_s": 0.0}),
        (tmp_path / "cpu", "the budget of 0 s of processor was spent", {"budget_cpu_s": 0.0}),
    ):
        bundle, _ = taken(folder, *pieces, **budget)
        assert {item.withheld for item in bundle.manifest.items} == {said}


def test_the_bytes_have_a_budget_and_the_newest_end_is_kept(tmp_path: Path) -> None:
    lines = b"".join(b"line %d\n" % number for number in range(10_000))
    bundle, _ = taken(tmp_path, Piece("log.txt", lambda: Taken("us", lines), cap_bytes=1_000))
    item = bundle.manifest.item("log.txt")
    assert item is not None and item.truncated and item.cut_bytes > 0
    assert bundle.read("log.txt").endswith(b"line 9999\n")


def test_secrets_are_masked_also_where_only_another_piece_names_them(tmp_path: Path) -> None:
    """The second pass: a value known from one item is found in all others."""
    secret = "Hy7" + "kQz9" + "wTt2"
    bundle, _ = taken(
        tmp_path,
        Piece("a/ps.txt", lambda: Taken("us", f"worker {secret} started\n".encode())),
        Piece("b/env.txt", lambda: Taken("us", f"DB_PASSWORD={secret}\n".encode())),
    )
    for label in bundle.labels:
        assert secret.encode() not in bundle.read(label)
    assert bundle.redaction


def test_of_several_programs_the_first_that_is_there(tmp_path: Path) -> None:
    bundle, _ = taken(tmp_path, first_of("x.txt", ("no-such-program-here",), ("echo", "second")))
    assert bundle.read("x.txt") == b"second\n"


def test_the_basic_profile_names_each_item_once_and_covers_what_it_must() -> None:
    labels = [piece.label for piece in basic.PIECES]
    assert len(labels) == len(set(labels))
    for part in ("system", "boot", "processes", "services", "logs", "storage", "network", "packages", "time"):
        assert any(label.startswith(f"{part}/") for label in labels)


async def collected(path: Path, profile: str = "basic") -> tuple[Collected, list[Step]]:
    steps: list[Step] = []
    found = await asking.collect(profile, path, OsDisk(), "0.1", {"role": "server"}, steps.append)
    return found, steps


async def test_the_child_brings_a_whole_bundle(tmp_path: Path) -> None:
    found, steps = await collected(tmp_path / "bundle.zip")
    with (tmp_path / "bundle.zip").open("rb") as file:
        bundle = open_bundle(file)
        assert b"MemTotal" in bundle.read("system/memory.txt")
        assert b'"server"' in bundle.read("agent/state.json")
    assert found.size_bytes == (tmp_path / "bundle.zip").stat().st_size
    assert steps[-1].done == steps[-1].total == len(basic.PIECES) + 1


async def test_a_child_that_stands_still_is_killed_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its programs stay in its group: they go with it."""
    length = f"{os.getpid()}.25"
    script = f"import subprocess, time; subprocess.Popen(['sleep', '{length}']); print(1, flush=True)"
    script += "; time.sleep(60)"

    async def other(argv: object, *limits: object) -> Finished:
        return await real((sys.executable, "-c", script), *limits)  # type: ignore[arg-type]

    real = asking.run_async
    monkeypatch.setattr(asking, "run_async", other)
    monkeypatch.setattr(asking, "STALL_S", 0.5)
    with pytest.raises(CollectingFailed) as error:
        await collected(tmp_path / "bundle.zip")
    assert error.value.reason == "collector_stalled"
    assert list(tmp_path.iterdir()) == []
    await _gone(length)


async def test_who_is_stopped_stops_the_child(tmp_path: Path) -> None:
    task = asyncio.create_task(collected(tmp_path / "bundle.zip"))
    await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await _gone("agent.diagnostics.pull")
    assert list(tmp_path.iterdir()) == []


async def test_a_full_disk_is_said_before_and_when_it_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CollectingFailed, match="disk_full"):
        await asking.collect("basic", tmp_path / "x", FullDisk(), "0", {}, lambda _: None)

    async def full(*_: object) -> Finished:
        return Finished(3, b"", b"No space left on device\n", False, False, 1.0)

    monkeypatch.setattr(asking, "run_async", full)
    with pytest.raises(CollectingFailed, match="disk_full: No space left"):
        await collected(tmp_path / "bundle.zip")


class FullDisk(OsDisk):
    def free_bytes(self, folder: Path) -> int:
        return 1_000


async def test_a_profile_that_is_none_is_refused_by_the_child(tmp_path: Path) -> None:
    with pytest.raises(CollectingFailed, match="profile_unknown"):
        await collected(tmp_path / "bundle.zip", "everything")


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"profile": 1, "else": 2}', b"\xff"])
def test_nonsense_is_refused_as_a_request(data: bytes) -> None:
    with pytest.raises(RequestRefused):
        unpacked(data)


def test_a_step_is_read_back_and_noise_is_none() -> None:
    assert step_from(step_line(Step(3, 9)).encode()) == Step(3, 9)
    for noise in (b"", b"x", b"[1]", b'["a", 1]', b"{}"):
        assert step_from(noise) is None


async def _gone(words: str) -> None:
    """Killed is not yet gone, and a pull of another test at this moment ends soon."""
    async with asyncio.timeout(10):
        while _running(words):
            await asyncio.sleep(0.05)


def _running(words: str) -> bool:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and folder.name != str(os.getpid()):
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if words in line and "pytest" not in line:
                return True
    return False
