"""Pulls with the real programs: whatever breaks, the bundle arrives once and whole, or it is said why."""

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evidence.reader import open_bundle
from tests.support.cutting_relay import cutting_relay
from tests.support.street import PROGRAMS, Street, eventually, free_port, street

pytestmark = pytest.mark.slow
MIB = 1024 * 1024
TRIAL_MIB = 100


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Street]:
    """A controller with an open incident of a machine whose agent has just been stopped."""
    with street(tmp_path) as made:
        made.serve()
        # Nobody listens there: critical within seconds, without a server to start and kill.
        made.enrol(watches=f'[[watch]]\nname = "shop"\nkind = "tcp"\ntarget = "127.0.0.1:{free_port()}"\n')
        made.agent()
        eventually("an incident", lambda: made.incidents("--state", "open"))
        made.end("agent")
        yield made


def name_of(walk: Street) -> str:
    return str(walk.json("machines", "list")[0]["name"])


def ask(walk: Street, *more: str) -> dict[str, Any]:
    asked = walk.json("pull", name_of(walk), "--case", "INC-1", "--no-wait", *more)
    assert isinstance(asked, dict)
    return asked


def state_of(walk: Street, asked: dict[str, Any]) -> str:
    return str(walk.json("pulls", "show", asked["id"])["state"])


def when(walk: Street, asked: dict[str, Any], *states: str, patience_s: float = 60.0) -> dict[str, Any]:
    """The pull, once it is in one of `states`."""

    def look() -> dict[str, Any] | None:
        one: dict[str, Any] = walk.json("pulls", "show", asked["id"])
        assert one["state"] in states or not one["has_ended"], one
        return one if one["state"] in states else None

    found = eventually(f"the pull is {' or '.join(states)}", look, patience_s)
    assert found is not None
    return found


def pulled(walk: Street) -> list[dict[str, Any]]:
    """The bundles of INC-1 that were pulled."""
    shown = walk.json("incidents", "show", "INC-1")["evidence"]
    return [one for one in shown if any(item["name"] == "agent/state.json" for item in one["items"])]


def blob(walk: Street, digest: str) -> Path:
    return walk.data / "blobs" / digest[:2] / digest


def peak_mib(pid: int) -> float:
    """The most memory that this process ever had resident."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


def test_a_pull_brings_a_redacted_bundle_to_its_case(walk: Street) -> None:
    """Asked while the machine is away, it waits, also when whoever followed it went away with Ctrl-C; on the
    machine's return it is done within seconds, told in the story, and recorded on the machine itself."""
    following = subprocess.Popen(
        [PROGRAMS / "vigia", "pull", name_of(walk), "--case", "INC-1", "--data", walk.data, "--lang", "en"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "LANG": "C.UTF-8"},
    )  # fmt: skip
    eventually("it is asked", lambda: walk.json("pulls", "list"))
    eventually("it is followed", lambda: following.poll() is None)
    assert following.stderr is not None
    assert "waiting for the machine" in following.stderr.readline()
    following.send_signal(signal.SIGINT)
    _, said = following.communicate(timeout=20)
    assert following.returncode == 130
    assert "vigia pulls show" in said
    [asked] = walk.json("pulls", "list")
    assert asked["state"] == "queued"
    assert ask(walk)["id"] == asked["id"]  # the same again is the same pull
    walk.agent()
    done = when(walk, asked, "done", patience_s=30)
    assert done["bytes_done"] == done["bytes_total"] > 0
    [bundle] = pulled(walk)
    assert sha256(blob(walk, bundle["sha256"]).read_bytes()).hexdigest() == bundle["sha256"]
    with blob(walk, bundle["sha256"]).open("rb") as file:
        opened = open_bundle(file)
        assert opened.manifest.profile == "basic"
        assert b"MemTotal" in opened.read("system/memory.txt")
    story = walk.vigia("explain", "INC-1").stdout
    assert "for diagnostics (profile basic)" in story
    record = subprocess.run(
        [PROGRAMS / "vigia-agent", "log", "--data", walk.folder / "agent", "--lang", "en"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "because of INC-1: collecting begins" in record
    assert bundle["sha256"] in record
    # Followed to its end, it is one line and exit status 0.
    again = walk.vigia("pull", name_of(walk), "--case", "1")
    assert "attached to INC-1" in again.stdout


def test_a_hundred_megabytes_cut_five_times_arrive_once_and_whole(
    walk: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each cut costs what was in flight, never what had arrived; neither side ever holds it in memory."""
    monkeypatch.setenv("VIGIA_AGENT_TRIAL_MIB", str(TRIAL_MIB))
    cuts = [share * MIB for share in (5, 25, 50, 75, 95)]
    with cutting_relay(walk.ports["agents_port"], cuts) as relay:
        config = walk.folder / "agent.toml"
        config.write_text(f'controller = "127.0.0.1:{relay.port}"\n' + config.read_text())
        agent = walk.agent()
        eventually("the agent is back", lambda: walk.json("machines", "list")[0]["state"] == "connected")
        before = peak_mib(agent.pid), peak_mib(walk.running["controller"].pid)
        asked = ask(walk, "--profile", "trial")
        when(walk, asked, "done", patience_s=120)
        assert relay.cut_count == 5
        # Every cut loses what the sockets and HTTP/2 held; all of it twice would be 200 MiB and more.
        assert relay.sent_bytes < (TRIAL_MIB + 40) * MIB
        [bundle] = pulled(walk)
        assert bundle["size_bytes"] > TRIAL_MIB * MIB
        assert sha256(blob(walk, bundle["sha256"]).read_bytes()).hexdigest() == bundle["sha256"]
        assert not list((walk.data / "blobs" / "parts").iterdir())
        after = peak_mib(agent.pid), peak_mib(walk.running["controller"].pid)
        grown = [late - early for early, late in zip(before, after, strict=True)]
        assert max(grown) < 40, f"MiB more than before the pull: agent, controller {grown}"
    kinds = [entry["kind"] for entry in walk.json("incidents", "show", "INC-1")["timeline"]]
    assert kinds.count("pull_asked") == 1
    assert not [kind for kind in kinds if kind.startswith("pull_") and kind != "pull_asked"]


def test_either_program_killed_in_the_middle_costs_nothing(
    walk: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The controller, then the agent, killed while the bundle is on its way: it goes on from where it was.
    The agent killed while it collects: it begins again, and sweeps out what was half collected."""
    monkeypatch.setenv("VIGIA_AGENT_TRIAL_MIB", str(TRIAL_MIB))
    with cutting_relay(walk.ports["agents_port"]) as relay:
        config = walk.folder / "agent.toml"
        config.write_text(f'controller = "127.0.0.1:{relay.port}"\n' + config.read_text())
        walk.agent()
        eventually("the agent is back", lambda: walk.json("machines", "list")[0]["state"] == "connected")
        asked = ask(walk, "--profile", "trial")
        part = walk.data / "blobs" / "parts" / asked["id"]

        def arrived(least_mib: int) -> bool:
            return part.exists() and part.stat().st_size >= least_mib * MIB

        eventually("a part of it has arrived", lambda: arrived(8), 60, 0.01)
        walk.end("controller", signal.SIGKILL)
        size = part.stat().st_size
        assert size < TRIAL_MIB * MIB
        walk.serve()
        eventually("it goes on", lambda: not part.exists() or part.stat().st_size > size, 60, 0.01)
        walk.end("agent", signal.SIGKILL)
        if part.exists():  # else it was quicker than we are
            assert part.stat().st_size >= size
        walk.agent()
        when(walk, asked, "done", patience_s=90)
        # Once whole, and at most what the two kills had in flight besides.
        assert relay.sent_bytes < (TRIAL_MIB + 40) * MIB
        assert len(pulled(walk)) == 1
        asked = ask(walk)
        eventually(
            "it collects", lambda: state_of(walk, asked) in ("collecting", "uploading", "done"), pause_s=0.01
        )
        walk.end("agent", signal.SIGKILL)
        walk.agent()
        when(walk, asked, "done")
        assert len(pulled(walk)) == 2
        orders = walk.folder / "agent" / "orders"
        assert {path.suffix for path in orders.iterdir()} == {".json"}


def test_what_may_not_be_is_refused_and_said(walk: Street) -> None:
    """The owner's policy, a policy nobody can read, a record that cannot be written: each refusal stands in
    the case with its reason. No case, no pull; a closed one, another customer's machine: one line each."""
    name = name_of(walk)
    _the_owner_forbids_it(walk)
    _the_record_cannot_be_written(walk)
    _an_agent_is_too_old(walk)
    _there_is_no_case_for_it(walk, name)


def _the_owner_forbids_it(walk: Street) -> None:
    (walk.folder / "policy.toml").write_text('L1 = "never"\n')
    walk.agent()
    asked = walk.vigia("pull", name_of(walk), "--case", "INC-1", check=False)
    assert asked.returncode == 1
    assert "the policy on the machine forbids diagnostics" in asked.stdout
    shown = walk.json("incidents", "show", "INC-1")["timeline"]
    [refusal] = [entry for entry in shown if entry["kind"] == "pull_refused"]
    assert "refused to give diagnostics: the policy on the machine forbids" in refusal["said"]
    # A policy that nobody can read allows nothing either; mended, it is asked anew.
    (walk.folder / "policy.toml").write_text("L1 = always\n")
    assert when(walk, ask(walk), "refused")["reason"] == "policy_unreadable"
    (walk.folder / "policy.toml").write_text('L1 = "always"\n')
    when(walk, ask(walk), "done")


def _the_record_cannot_be_written(walk: Street) -> None:
    record = walk.folder / "agent" / "audit.log"
    before = len(pulled(walk))
    walk.end("agent")
    record.rename(record.with_suffix(".kept"))
    record.mkdir()
    walk.agent()
    assert when(walk, ask(walk), "refused")["reason"] == "audit_unwritable"
    assert len(pulled(walk)) == before
    walk.end("agent")


def _an_agent_is_too_old(walk: Street) -> None:
    with sqlite3.connect(walk.data / "vigia.db") as database:
        [[abilities]] = database.execute("SELECT abilities FROM machines")
        database.execute("UPDATE machines SET abilities = '[]'")
    done = walk.vigia("pull", name_of(walk), "--case", "INC-1", check=False)
    assert done.returncode == 1
    assert "is too old for pulls" in done.stderr
    with sqlite3.connect(walk.data / "vigia.db") as database:
        database.execute("UPDATE machines SET abilities = ?", [abilities])


def _there_is_no_case_for_it(walk: Street, name: str) -> None:
    walk.enrol("other", "Farmacia Cruz")
    walk.agent("other")
    other = eventually(
        "the other machine",
        lambda: [one for one in walk.json("machines", "list") if one["name"] != name],
    )[0]["name"]
    for status, said, *arguments in (
        (1, "there is no machine", "nobody", "--case", "INC-1"),
        (1, "there is no incident", name, "--case", "INC-99"),
        (1, "is not a machine of the customer of INC-1", other, "--case", "INC-1"),
        (2, "is none that", name, "--case", "INC-1", "--profile", "everything"),
        (2, "Missing option", name),
    ):
        done = walk.vigia("pull", *arguments, check=False)
        assert (done.returncode, said in done.stderr) == (status, True), done.stderr
    asked = ask(walk)
    walk.vigia("incidents", "close", "INC-1", "--reason", "of no use any more")
    assert when(walk, asked, "failed")["reason"] == "case_closed"
    done = walk.vigia("pull", name, "--case", "INC-1", check=False)
    assert (done.returncode, "INC-1 is closed" in done.stderr) == (1, True)
