"""The real programs, as people have them: `vigia serve`, `vigia-agent`, a watched web server.

Everything is a process of its own on loopback, in the test's folder. Waiting here is for real programs and
real sockets, so it polls with a deadline and says what it was waiting for.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.support import commands

PROGRAMS = Path(sys.executable).parent
Value = TypeVar("Value")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(what: str, look: Callable[[], Value], patience_s: float = 20.0, pause_s: float = 0.2) -> Value:
    """The first truthy answer of `look`; AssertionError naming `what` after `patience_s`."""
    deadline = time.monotonic() + patience_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience_s:g} s: {what} (last seen: {found!r})")
        time.sleep(pause_s)


def pass_by(seconds: float) -> None:
    """Real time, since the programs under test live in it."""
    time.sleep(seconds)


class Street:
    """One controller, agents by name, web servers by port. `folder` holds all their data and logs."""

    def __init__(
        self, folder: Path, settings: Mapping[str, object] | None = None, data: Path | None = None
    ) -> None:
        self.folder = folder
        self.data = data or folder / "controller"
        self.data.mkdir(mode=0o750)
        self.ports = {
            name: free_port() for name in ("agents_port", "enrolment_port", "console_port", "shop_port")
        }
        values: dict[str, object] = {"bind": "127.0.0.1", "public_host": "127.0.0.1", **(settings or {})}
        values |= {name: port for name, port in self.ports.items() if name != "shop_port"}
        tables = {name: value for name, value in values.items() if isinstance(value, Mapping)}
        lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if name not in tables]
        for name, table in tables.items():
            lines.append(f"[{name}]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
        (self.data / "vigia.toml").write_text("\n".join(lines) + "\n")
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._held: list[socket.socket] = []

    @property
    def console(self) -> str:
        return f"http://127.0.0.1:{self.ports['console_port']}"

    def start(self, name: str, arguments: Sequence[object]) -> subprocess.Popen[bytes]:
        """A program in the background; its output goes to `<name>.log`."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [str(argument) for argument in arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "LANG": "C.UTF-8"},
            )
        self.running[name] = process
        return process

    def end(self, name: str, number: int = signal.SIGTERM, patience_s: float = 20.0) -> int:
        """Sends the signal and waits for the end; the exit status."""
        process = self.running.pop(name)
        process.send_signal(number)
        return process.wait(patience_s)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def serve(self, patience_s: float = 30.0) -> subprocess.Popen[bytes]:
        """Starts the controller and waits until it answers."""
        process = self.start("controller", [PROGRAMS / "vigia", "serve", "--data", self.data])

        def answers() -> bool:
            assert process.poll() is None, f"the controller ended:\n{self.log('controller')[-3000:]}"
            with socket.socket(socket.AF_UNIX) as probe:
                return probe.connect_ex(str(self.data / "control.sock")) == 0

        eventually("the controller answers", answers, patience_s, 0.05)
        return process

    def vigia(self, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs a command against this controller."""
        words = [*map(str, arguments), "--data", str(self.data)]
        ran = commands.run(words, {**os.environ, "LANG": "en_US.UTF-8"})
        if check:
            assert ran.status == 0, f"vigia {arguments}: {ran.out}{ran.err}"
        return subprocess.CompletedProcess(["vigia", *words], ran.status, ran.out, ran.err)

    def json(self, *arguments: object) -> Any:
        return json.loads(self.vigia(*arguments, "--json").stdout)

    def incidents(self, *arguments: object) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("incidents", "list", *arguments)
        return found

    def enrol(self, name: str = "agent", customer: str = "Taller Lima", watches: str = "") -> None:
        """A customer (made when new) and an enrolled agent of it, not running yet."""
        if customer not in {known["name"] for known in self.json("customers", "list")}:
            self.vigia("customers", "add", customer)
        line = self.vigia("enrol", "--customer", customer).stdout.split()
        (self.folder / f"{name}.toml").write_text(watches)
        done = subprocess.run(
            [PROGRAMS / line[0], *line[1:], "--data", self.folder / name],
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr

    def agent(self, name: str = "agent") -> subprocess.Popen[bytes]:
        """Starts an enrolled agent."""
        return self.start(
            name,
            [
                PROGRAMS / "vigia-agent", "run",
                "--config", self.folder / f"{name}.toml", "--data", self.folder / name,
            ],
        )  # fmt: skip

    def shop(self) -> subprocess.Popen[bytes]:
        """The web server that a watch looks at."""
        self.let_go()
        root = self.folder / "shop"
        root.mkdir(exist_ok=True)
        process = self.start(
            "shop",
            [sys.executable, "-m", "http.server", self.ports["shop_port"],
             "--bind", "127.0.0.1", "--directory", root],
        )  # fmt: skip

        def answers() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.ports["shop_port"])) == 0

        eventually("the shop answers", answers)
        return process

    def close_the_shop(self) -> None:
        """It dies. Nobody answers at its port, and no other test's server is given it meanwhile."""
        self.end("shop", signal.SIGKILL)
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", self.ports["shop_port"]))
        self._held.append(held)

    def let_go(self) -> None:
        """Of the shop's port."""
        while self._held:
            self._held.pop().close()

    @property
    def shop_watch(self) -> str:
        """The agent's configuration that watches the shop."""
        target = f"http://127.0.0.1:{self.ports['shop_port']}/"
        return f'[[watch]]\nname = "shop"\nkind = "http"\ntarget = "{target}"\n'


@contextmanager
def street(
    folder: Path, settings: Mapping[str, object] | None = None, data: Path | None = None
) -> Iterator[Street]:
    """A street that is empty again when the block ends, whatever happened in it."""
    made = Street(folder, settings, data)
    try:
        yield made
    finally:
        made.let_go()
        for process in made.running.values():
            process.kill()
        for process in made.running.values():
            process.wait(10)
