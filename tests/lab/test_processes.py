"""A program runs to its end or to a limit, and nothing of it is alive afterwards."""

import os
import sys
from pathlib import Path

from lab.processes import Ended, run
from tests.support.street import eventually

PYTHON = sys.executable


def output_of(argv: list[str], timeout_s: float = 20.0, output_bytes: int = 1_000) -> tuple[Ended, bytes]:
    chunks: list[bytes] = []
    return run(argv, timeout_s, output_bytes, chunks.append), b"".join(chunks)


def test_both_streams_and_the_status_are_told() -> None:
    told = output_of(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert told == (Ended(3), b"out\nerr\n")


def test_a_missing_program_is_no_exit_status() -> None:
    assert output_of(["/nowhere/at-all"])[0] == Ended(None, reason="No such file or directory")


def test_a_signal_is_told_as_such() -> None:
    assert output_of(["sh", "-c", "kill -SEGV $$"])[0] == Ended(-11)


def test_what_babbles_is_ended_at_the_limit_of_output() -> None:
    ended, wrote = output_of(["yes"], output_bytes=100)
    assert ended == Ended(None, too_long=True) and len(wrote) == 100


def test_at_the_time_limit_the_children_die_too(tmp_path: Path) -> None:
    note = tmp_path / "child"
    ended, _ = output_of(["sh", "-c", f"sleep 600 & echo $! > {note}; wait"], timeout_s=1.0)
    assert ended == Ended(None, timed_out=True)
    child = int(note.read_text())
    eventually("the grandchild is dead", lambda: not _alive(child))


def test_a_daemon_that_keeps_the_pipe_open_does_not_keep_us() -> None:
    ended, wrote = output_of(["sh", "-c", "sleep 600 & echo done"], timeout_s=20.0)
    assert (ended, wrote) == (Ended(0), b"done\n")


def test_variables_and_folder_are_the_steps_own(tmp_path: Path) -> None:
    chunks: list[bytes] = []
    run(["sh", "-c", "echo $MOOD; pwd"], 20.0, 1_000, chunks.append, {"MOOD": "calm"}, str(tmp_path))
    assert b"".join(chunks).decode().split() == ["calm", str(tmp_path)]


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has reaped yet runs nothing.
    return ") Z " not in Path(f"/proc/{process}/stat").read_text()
