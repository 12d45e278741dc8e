"""What a machine's files and programs say, read by the collector itself: samples for the rules of the system.

Lines of the kernel's log are those of real kernels; answers of programs stand in the collectors' shelf.
"""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from agent.clock import SystemClock
from agent.collectors import Collector, look
from agent.collectors.logins import RECORD
from agent.collectors.system.backups.backups import Backups
from agent.collectors.system.failed_logins import FailedLogins
from agent.collectors.system.handles import Handles
from agent.collectors.system.kernel.log import KernelLog
from agent.collectors.system.kernel.source import Message
from agent.collectors.system.links import Links
from agent.collectors.system.own import Own
from agent.collectors.system.protection import UNITS, Protection
from agent.collectors.system.reach.reach import Reach
from agent.collectors.system.time.sync import TimeSync
from agent.collectors.system.units import Units
from agent.collectors.system.updates import Updates
from agent.config import Backup
from agent.names import CERTIFICATE, CERTIFICATE_NAME, TIME_SOURCE
from agent.signals import Metric, Reading
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.machine import Machine
from tests.agent.collectors.system import shelf

Kind = Callable[[datetime], Reading]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_FOLDER = tempfile.TemporaryDirectory()


@cache
def _machine() -> Machine:
    """One for all samples: it is put right after each."""
    here = Machine(Path(_FOLDER.name))
    for name, content in {**shelf.FILES, "proc/loadavg": "0.5 1.0 0.7 1/97 9313\n"}.items():
        here.says(name, content)
    here.says("proc/vmstat", "pgmajfault 1\noom_kill 0\n")
    here.says("proc/uptime", "4000.50 7000.00\n")
    here.says("proc/meminfo", "MemTotal: 16000000 kB\nMemFree: 2000000 kB\nMemAvailable: 8000000 kB\n")
    here.says("proc/net/route", "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\n"
              "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n")  # fmt: skip
    here.says("sys/class/net/eth0/carrier", "1\n")
    here.says("sys/class/net/eth0/speed", "1000\n")
    return here


def seen(
    make: Callable[[Machine, Answers], Collector],
    files: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
) -> Kind:
    """A machine that is well but for these files and answers, as that collector sees it, at any time."""
    here = _machine()
    known = {name: (here.folder / name).read_text() for name in files or {} if (here.folder / name).exists()}
    for name, content in (files or {}).items():
        here.says(name, content)
    reading = look(make(here, Answers({**shelf.ANSWERS, **(answers or {})})), SystemClock())
    for name in files or {}:
        if name in known:
            here.says(name, known[name])
        else:
            (here.folder / name).unlink()
    assert reading.gaps == ()
    return lambda at: replace(reading, taken_at=at)


class Told:
    """A kernel's log that says these lines at the first look."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines

    def new(self) -> Sequence[Message]:
        lines, self._lines = self._lines, ()
        return [Message(0.0, line) for line in lines]


def kernel(*lines: str, kills: int = 0) -> Kind:
    """The lines are written when the kind is first told; time then goes on with the story's."""
    here, began = _machine(), []

    def at(now: datetime) -> Reading:
        if not began:
            here.says("proc/vmstat", f"pgmajfault 1\noom_kill {kills}\n")
        began.append(now)
        return collector.read(now)

    def monotonic() -> float:
        return (began[-1] - began[0]).total_seconds()

    collector = KernelLog(here.roots, monotonic=monotonic, source=Told(lines))
    return at


def units(
    failed: str = "", restarts: Mapping[str, int] | None = None, needs: Mapping[str, str] | None = None
) -> Kind:
    """`needs`: what the units that a contract names require, by name."""
    shown = "\n".join(f"Id={unit}\nNRestarts={count}\n" for unit, count in (restarts or {}).items())
    listed = f"{failed} loaded failed failed The shop's till\n" if failed else ""
    answers = {"systemctl list-units": listed}
    if restarts:
        answers["systemctl show --no-pager --property=Id,NRestarts"] = shown
    for unit, required in (needs or {}).items():
        key = f"systemctl show --no-pager --property=Requires,Requisite,BindsTo -- {unit}"
        answers[key] = f"Requires={required}\nRequisite=\nBindsTo=\n"
    named = tuple(needs or ())[:1]
    return seen(lambda here, ask: Units(ask, f"{here.folder}/run", named=named), answers=answers)


def protection(product: str = "ufw", active: str = "active", file: str = "enabled") -> Kind:
    state = ("loaded", active, file)
    blocks = [shelf.unit(name, *(state if name == product else ())) for name in UNITS]
    key = "systemctl show --no-pager --property=Id,LoadState,ActiveState,UnitFileState"
    return seen(lambda here, ask: Protection(ask, f"{here.folder}/run"), answers={key: "\n".join(blocks)})


def logins(count: int) -> Kind:
    def at(now: datetime) -> Reading:
        at_s = int(now.timestamp()) - 60
        packed = RECORD.pack(6, 1, b"ssh", b"ts/0", b"root", b"192.0.2.9", 0, 0, 0, at_s, 0)
        here = _machine()
        here.says("log/btmp", packed * count)
        reading = FailedLogins(here.roots).read(now)
        here.says("log/btmp", "")
        return reading

    return at


class Network(shelf.QuietNetwork):
    """Only these answer."""

    def __init__(self, *up: str) -> None:
        self._up = up

    def connects(self, host: str, port: int, timeout_s: float) -> bool:
        return "gateway" in self._up if host == "192.0.2.1" else "internet" in self._up

    def resolves(self, server: str, port: int, name: str, timeout_s: float, number: int) -> bool:
        return ("internet" if server == "198.41.0.4" else "dns") in self._up


def reach(*up: str) -> Kind:
    arp = shelf.FILES["proc/net/arp"]
    files = {} if "gateway" in up else {"proc/net/arp": arp.replace("0x2 ", "0x0 ")}
    internet = ("198.41.0.4:53",)
    return seen(
        lambda here, _: Reach(here.roots, f"{here.folder}/etc", internet, probing=Network(*up)), files
    )


def links(speed: int = 1000, duplex: str = "full") -> Kind:
    files = {"sys/class/net/eth0/speed": f"{speed}\n", "sys/class/net/eth0/duplex": f"{duplex}\n"}
    return seen(lambda here, _: Links(here.roots), files)


def bond(*up: bool) -> Kind:
    cards = [f"eth{number + 1}" for number in range(len(up))]
    files = {"sys/class/net/bond0/bonding/slaves": " ".join(cards) + "\n"}
    for card, carries in zip(cards, up, strict=True):
        files[f"sys/class/net/{card}/bonding_slave/mii_status"] = "up\n" if carries else "down\n"
    return seen(lambda here, _: Links(here.roots), files)


def clock(behind_s: float = 0.0, leap: str = "Normal") -> Kind:
    fields = shelf.TRACKING.split(",")
    told = ",".join([*fields[:4], f"{behind_s:.9f}", *fields[5:13], leap]) + "\n"
    make: Any = lambda here, ask: TimeSync(here.roots, ask, f"{here.folder}/run")  # noqa: E731
    return seen(make, answers={"chronyc": told})


def measured(ahead_s: float) -> Kind:
    """What the controller said at the welcome."""
    metrics = (Metric("vigia.time.offset", ahead_s, "s", {TIME_SOURCE: "controller"}),)
    return lambda at: Reading("time", at, 0.0, metrics)


def certificate(days: float) -> Kind:
    of = {CERTIFICATE: "shop.example:443", CERTIFICATE_NAME: "shop.example"}
    metrics = (Metric("vigia.cert.days_left", days, "d", of), Metric("vigia.certs", 1, "{certificate}"))
    return lambda at: Reading("certificates", at, 0.0, metrics)


def backup(*ages_hours: float, sizes: Sequence[int] = (), every_hours: float = 24.0) -> Kind:
    """A folder with a file of each age; none: never."""

    def at(now: datetime) -> Reading:
        with tempfile.TemporaryDirectory() as folder:
            for number, age in enumerate(ages_hours):
                path = Path(folder) / f"{number}.sql.gz"
                path.write_bytes(b"x" * (sizes[number] if sizes else 1000))
                then = (now - timedelta(hours=age)).timestamp()
                os.utime(path, (then, then))
            return Backups([Backup("shop", "newest", folder, "*.sql.gz", every_hours)]).read(now)

    return at


def status(word: str, age_hours: float = 1.0) -> Kind:
    """What a backup's own script wrote."""

    def at(now: datetime) -> Reading:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "status"
            path.write_text(word)
            then = (now - timedelta(hours=age_hours)).timestamp()
            os.utime(path, (then, then))
            return Backups([Backup("shop", "status", str(path))]).read(now)

    return at


def updates(security: int = 0, reboot_days: float | None = None, critical: int = 0) -> Kind:
    def at(now: datetime) -> Reading:
        here = _machine()
        flag = here.folder / "run/reboot-required"
        if reboot_days is not None:
            here.says("run/reboot-required", "*** System restart required ***\n")
            then = (now - timedelta(days=reboot_days)).timestamp()
            os.utime(flag, (then, then))
        line = "Inst bash [5.2] (5.3 Debian-Security:12/oldstable-security [amd64])\n"
        answers: dict[str, str] = {"apt-get": shelf.APT + line * security}
        if critical:
            advisories = "RHSA-2026:1 Critical/Sec. bash-5.2-1.x86_64\n" * critical
            answers = {"dnf": advisories + "RHBA-2026:2 bugfix tzdata-2026a.noarch\n"}
        reading = Updates(Answers(answers), f"{here.folder}/run", roots=here.roots).read(now)
        flag.unlink(missing_ok=True)
        return reading

    return at


def handles(threads: int = 97, files: int = 1305) -> Kind:
    load, open_files = f"0.5 1.0 0.7 1/{threads} 9313\n", f"{files}\t0\t10000\n"
    changed = {"proc/loadavg": load, "proc/sys/fs/file-nr": open_files}
    return seen(lambda here, _: Handles(here.roots), changed)


def own(resident_mib: int = 42, limit_mib: int = 128) -> Kind:
    files = {
        "proc/self/statm": f"97656 {resident_mib * 256} 4000 900 0 30000 0\n",
        "sys/fs/cgroup/system.slice/vigia-agent.service/memory.max": f"{limit_mib * 2**20}\n",
    }
    return seen(lambda here, _: Own(here.roots), files)
