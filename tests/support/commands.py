"""Commands of `vigia` as processes of their own, forked from one that has read the code already.

A test session runs hundreds of commands, and most of what each costs is reading the same modules anew. One
process per test session reads them once and forks: each command has its own environment, folder, streams and
exit status, as from a shell. How the program starts from nothing is seen in `test_terminal.py` and in
`tests/journeys`.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
_LONGEST_S = 60


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(words: Sequence[str], environment: Mapping[str, str], stdin: bytes = b"") -> Ran:
    """`vigia words...` with this environment and no other, in the project's folder. Blocking."""
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        socket.socket(socket.AF_UNIX) as line,
    ):
        given.write(stdin)
        given.seek(0)
        line.settimeout(_LONGEST_S)
        line.connect(_source())
        asked = json.dumps([list(words), dict(environment)]).encode()
        socket.send_fds(line, [len(asked).to_bytes(4, "big")], [file.fileno() for file in (given, out, err)])
        line.sendall(asked)
        said = line.recv(16)
        assert said, f"vigia {words} ended without a status: {_text(err)}"
        return Ran(int(said), _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@cache
def _source() -> str:
    """Where the forking process listens; it ends when this one does."""
    folder = tempfile.TemporaryDirectory(prefix="vigia-commands-")
    path = f"{folder.name}/socket"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.commands", path],
        cwd=ROOT,
        env={**os.environ, "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stdout.readline(), "the process that forks commands did not start"

    def end() -> None:
        process.kill()
        process.wait()
        folder.cleanup()

    atexit.register(end)
    return path


def _serve(path: str) -> None:
    """Forks for each connection, until the parent is gone."""
    import gc
    import signal

    import controller.cli.program
    from controller.cli.tree import build

    # What a process reads on its first command is read here, so that no fork reads it.
    controller.cli.program.run(["incidents", "list", "--help"])
    build()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    parent = os.getppid()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(64)
        door.settimeout(5)
        os.write(_REAL_OUT, b"ready\n")
        while os.getppid() == parent:
            try:
                line, _ = door.accept()
            except TimeoutError:
                continue
            if os.fork() == 0:
                door.close()
                _become(line)
            line.close()


def _become(line: socket.socket) -> None:
    """The forked child: one command, its status down the line, and the end."""
    import signal

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, files, _, _ = socket.recv_fds(line, 4, 3)
    asked = b""
    while len(asked) < int.from_bytes(length, "big"):
        asked += line.recv(65536)
    words, environment = json.loads(asked)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdin = open(0)  # noqa: SIM115 - until the process ends
    sys.stdout = open(1, "w")  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1)  # noqa: SIM115
    sys.argv = ["vigia", *words]
    status = 70
    try:
        from controller.cli import main

        status = main(words)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        line.sendall(str(status).encode())
        os._exit(status)


if __name__ == "__main__":
    _REAL_OUT = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _serve(sys.argv[1])
