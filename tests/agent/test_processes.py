"""Another program is started with limits, and nothing of it stays behind."""

import asyncio
import os
import sys
import threading

import pytest

from agent.processes import ProgramMissing, run, run_async


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_a_program_gives_back_its_output_and_exit_status() -> None:
    """What it read on standard input comes back; its error output stays apart."""
    ended = run(python("import sys; print(sys.stdin.read() * 2); sys.exit('bad')"), 10, 1000, stdin=b"ab")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, b"abab\n", b"bad\n")
    assert not ended.timed_out and not ended.truncated and not ended.ok


def test_a_program_that_hangs_is_killed_with_what_it_started() -> None:
    """A shell-like parent that hangs takes its own child with it when the limit comes."""
    code = (
        "import subprocess,sys,time;c=subprocess.Popen([sys.executable,'-c','import time;time.sleep(60)']);"
        "print(c.pid,flush=True);time.sleep(60)"
    )
    ended = run(python(code), 1.0, 1000)
    assert ended.timed_out and ended.took_s < 5
    assert _dies(int(ended.stdout))


def test_a_program_that_floods_is_cut_at_the_limit() -> None:
    """Endless output costs exactly the limit, then the program is ended."""
    ended = run(python("while True: print('x' * 1000)"), 10, 5000)
    assert ended.truncated and len(ended.stdout) == 5000 and ended.took_s < 9


def test_a_grandchild_that_keeps_the_pipe_open_does_not_keep_us() -> None:
    """The child leaves at once; a daemon it started still holds our pipe."""
    code = "import subprocess,sys;subprocess.Popen([sys.executable,'-c','import time;time.sleep(60)'])"
    ended = run(python(code), 20, 1000)
    assert not ended.timed_out and ended.returncode == 0 and ended.took_s < 10


def test_large_input_to_a_program_that_never_reads_it_ends_in_time() -> None:
    ended = run(python("pass"), 10, 1000, stdin=b"x" * 2_000_000)
    assert ended.returncode == 0 and not ended.timed_out


def test_a_missing_program_is_named() -> None:
    with pytest.raises(ProgramMissing, match="no-such-tool"):
        run(("no-such-tool",), 1, 1)


async def test_a_cancelled_wait_kills_the_program(tmp_path: object) -> None:
    """Whoever stops waiting for a child also ends it."""
    path = f"{tmp_path}/pid"
    write = f"open({path!r},'w').write(str(os.getpid()));os.rename({path!r},{path!r}+'!')"
    code = f"import os,time;{write};time.sleep(60)"
    waiting = asyncio.create_task(run_async(python(code), 60, 1000))
    while not os.path.exists(path + "!"):
        await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with open(path + "!") as file:
        pid = int(file.read())
    assert await asyncio.to_thread(_dies, pid)


def _dies(pid: int) -> bool:
    """A killed process takes the kernel a moment, on a busy machine a long one."""
    return any(not _alive(pid) or threading.Event().wait(0.02) for _ in range(500))


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
