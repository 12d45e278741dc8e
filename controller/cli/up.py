"""`vigia up`: controller, console, a watched web server and an agent for this machine, until Ctrl-C.

All of it on loopback, in a folder of its own, with this machine's real health. Started again, it goes on
where it was: ports, identity and incidents are kept.
"""

import asyncio
import fcntl
import os
import signal
import socket
import sys
from pathlib import Path

import httpx
from rich.console import Console
from rich.text import Text

from controller.core.clock import Clock, SystemClock
from controller.core.errors import VigiaError
from controller.processes import Child, run, start
from controller.words.catalogue import Translator, chosen, translator

PATIENCE_S = 45.0
_PORTS = {"agents_port": 7443, "enrolment_port": 7444, "console_port": 7480, "shop_port": 7490}
_SHOP_PAGE = "<!doctype html><title>Shop</title><h1>The shop is open</h1>\n"


class Stopped(VigiaError):
    """Something that was started did not stay up; the message says which and where its log is."""


def up_command(data: Path, lang: str | None = None) -> int:
    """Runs until Ctrl-C or SIGTERM. Returns the exit status."""
    words = translator(chosen(lang, os.environ.get("LC_ALL"), os.environ.get("LANG")))
    console = Console(highlight=False)
    try:
        return asyncio.run(_Street(data.absolute(), console, words, SystemClock()).run())
    except VigiaError as error:
        Console(stderr=True, highlight=False).print(Text(f"vigia up: {error}", style="red"))
        return 1


def _free_port(wanted: int) -> int:
    """`wanted` when nobody listens there, else any other."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Stopped("no free port on 127.0.0.1")


class _Street:
    """The programs of one folder, started in order and stopped in reverse."""

    def __init__(self, folder: Path, console: Console, words: Translator, clock: Clock) -> None:
        self.folder = folder
        self.console = console
        self._ = words._
        self.clock = clock
        self.programs = Path(sys.executable).parent
        self.children: dict[str, Child] = {}
        self.ports: dict[str, int] = {}
        self.ended = asyncio.Event()
        self.mend = asyncio.Event()

    async def run(self) -> int:
        self._take_folder()
        self._prepare()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.ended.set)
        loop.add_signal_handler(signal.SIGUSR1, self.mend.set)
        failed: BaseException | None = None
        try:
            with self.console.status(self._("Starting...")) as status:
                await self._start_shop()
                await self._start_controller()
                status.update(self._("Enrolling this machine..."))
                await self._enrol()
                await self._start_agent()
            if not self.ended.is_set():
                self._tell()
                await self._watch()
        except VigiaError as error:
            failed = error
        finally:
            self.console.print(self._("Stopping..."))
            await self._stop()
        if failed:
            raise failed
        self.console.print(
            self._("Stopped. Nothing is lost: {command} goes on from here.", command="make up")
        )
        return 0

    def _take_folder(self) -> None:
        """One `up` for one folder: a second would overwrite the first one's notes."""
        (self.folder / "run").mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.folder / "run" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise Stopped(
                self._("it is running already in {folder}; stop that one first", folder=_short(self.folder))
            ) from error

    def _prepare(self) -> None:
        """Folders and configuration, written once: an enrolled agent must find the same ports again."""
        (self.folder / "shop").mkdir(exist_ok=True)
        (self.folder / "shop" / "index.html").write_text(_SHOP_PAGE)
        (self.folder / "controller").mkdir(mode=0o750, exist_ok=True)
        settings = self.folder / "controller" / "vigia.toml"
        kept = self.folder / "run" / "ports"
        if settings.exists() and kept.exists():
            self.ports = {
                name: int(port) for name, port in (line.split("=") for line in kept.read_text().split())
            }
            return
        self.ports = {name: _free_port(wanted) for name, wanted in _PORTS.items()}
        kept.write_text("".join(f"{name}={port}\n" for name, port in self.ports.items()))
        lines = [f"{name} = {port}" for name, port in self.ports.items() if name != "shop_port"]
        settings.write_text("\n".join(['bind = "127.0.0.1"', 'public_host = "127.0.0.1"', *lines, ""]))
        (self.folder / "agent.toml").write_text(
            "# What this machine's agent watches, besides the machine itself.\n"
            '[[watch]]\nname = "shop"\nkind = "http"\n'
            f'target = "http://127.0.0.1:{self.ports["shop_port"]}/"\n'
        )

    async def _start(self, name: str, *arguments: str | Path) -> Child:
        # A variable beats the file: what this shell has set for another controller must not move our ports.
        ours = {f"VIGIA_{key.upper()}": str(port) for key, port in self.ports.items() if key != "shop_port"}
        # The shop notes every look of the watch, which nobody wants to read.
        log = Path(os.devnull) if name == "shop" else self.folder / "logs" / f"{name}.log"
        child = await start(name, arguments, log, ours)
        self.children[name] = child
        (self.folder / "run" / f"{name}.pid").write_text(f"{child.pid}\n")
        return child

    async def _start_shop(self) -> None:
        port = str(self.ports["shop_port"])
        await self._start(
            "shop", sys.executable, "-m", "http.server", port,
            "--bind", "127.0.0.1", "--directory", self.folder / "shop",
        )  # fmt: skip

    async def _start_controller(self) -> None:
        child = await self._start(
            "controller", self.programs / "vigia", "serve", "--data", self.folder / "controller"
        )
        deadline = self.clock.monotonic() + PATIENCE_S
        while not await self._answers():
            if not child.is_running:
                raise Stopped(f"the controller did not start:\n{_tail(child.log)}")
            if self.clock.monotonic() > deadline:
                raise Stopped(f"the controller did not answer within {PATIENCE_S:.0f} s; see {child.log}")
            await self.clock.sleep(0.2)

    def _api(self) -> httpx.AsyncClient:
        transport = httpx.AsyncHTTPTransport(uds=str(self.folder / "controller" / "control.sock"))
        return httpx.AsyncClient(transport=transport, base_url="http://vigia/api/v1", timeout=20)

    async def _answers(self) -> bool:
        try:
            async with self._api() as api:
                return (await api.get("/customers")).is_success
        except httpx.TransportError:
            return False

    async def _enrol(self) -> None:
        """Once: the agent's identity is in its folder afterwards."""
        if (self.folder / "agent" / "enrolled").exists():
            return
        customer = {"name": socket.gethostname()[:200] or "vigia", "language": "es"}
        async with self._api() as api:
            known = {one["name"] for one in (await api.get("/customers")).json()}
            if customer["name"] not in known:
                (await api.post("/customers", json=customer)).raise_for_status()
            made = await api.post("/enrol", json={"customer": customer["name"]})
            made.raise_for_status()
        arguments = made.json()["line"].split()[1:]
        status, said = await run([self.programs / "vigia-agent", *arguments, "--data", self.folder / "agent"])
        if status:
            raise Stopped(f"this machine could not be enrolled: {said.strip()}")
        (self.folder / "agent" / "enrolled").touch()

    async def _start_agent(self) -> None:
        await self._start(
            "agent", self.programs / "vigia-agent", "run",
            "--config", self.folder / "agent.toml", "--data", self.folder / "agent",
        )  # fmt: skip

    def _tell(self) -> None:
        shown = _short(self.folder)
        vigia = f"{_short(self.programs)}/vigia"
        at = f"--data {shown}/controller"
        pid = f"$(cat {shown}/run/{{}}.pid)"
        link = self.folder / "controller" / "first-administrator-link"
        address = f"http://127.0.0.1:{self.ports['console_port']}"
        say = self._
        lines = [f"{say('Console')}   {address}"]
        if link.exists():
            lines += ["", say("First administrator, once, within 24 h:"), f"  {link.read_text().strip()}"]
        lines += [
            "",
            say("Three things to try, from another terminal in {folder}:", folder=str(Path.cwd())),
            "",
            say("1. Break the watched service; a critical incident opens within seconds"),
            f"  kill {pid.format('shop')}",
            f"  {vigia} incidents list {at}",
            say("   and start it again: the incident notes it and waits for a person"),
            f"  kill -USR1 {pid.format('up')}",
            "",
            say("2. Stop the agent: with a goodbye nothing opens, killed it is critical within 3 minutes"),
            f"  kill {pid.format('agent')}",
            f"  kill -9 {pid.format('agent')}",
            say("   and start it again"),
            f"  kill -USR1 {pid.format('up')}",
            "",
            say("3. Answer an incident, and read its story"),
            f'  {vigia} incidents respond INC-1 "{say("We are on it.")}" {at}',
            f"  {vigia} explain INC-1 {at}",
            "",
            say("Ctrl-C stops everything. What happens is logged in {folder}.", folder=f"{shown}/logs"),
        ]
        (self.folder / "run" / "up.pid").write_text(f"{os.getpid()}\n")
        self.console.rule("Vigía", align="left")
        # Never wrapped by us: a command that is cut in two cannot be pasted.
        self.console.print(Text("\n".join(lines)), soft_wrap=True)
        self.console.rule()

    async def _watch(self) -> None:
        """Until the end is asked for. SIGUSR1 starts again what was stopped or killed."""
        while not self.ended.is_set():
            await self.clock.wait(self.ended, 0.5)
            controller = self.children["controller"]
            if not controller.is_running:
                raise Stopped(f"the controller ended:\n{_tail(controller.log)}")
            if self.mend.is_set():
                self.mend.clear()
                if not self.children["shop"].is_running:
                    await self._start_shop()
                if not self.children["agent"].is_running:
                    await self._start_agent()

    async def _stop(self) -> None:
        # The agent first, so that its goodbye arrives.
        for name in ("agent", "controller", "shop"):
            if name in self.children:
                await self.children[name].stop(10)


def _short(path: Path) -> str:
    """Relative to where the person stands, when that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _tail(log: Path, lines: int = 12) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
