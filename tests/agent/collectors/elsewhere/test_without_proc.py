"""What Windows and macOS can be told without the kernel's files of Linux, and what is then a gap.

Played with psutil's documented types; marked so until it is seen there.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from agent.clock import SystemClock
from agent.collectors import look
from agent.collectors.asking import Finished
from agent.collectors.portable.disks import Disks
from agent.collectors.portable.load import Memory
from agent.collectors.portable.network import Network
from agent.collectors.procfs import Roots
from agent.collectors.system.reach.reach import Reach
from agent.collectors.system.time.sync import TimeSync
from agent.disk import OsDisk
from agent.lastlink import LastLinkFile
from agent.names import INTERFACE, REACH, TIME_SOURCE
from agent.signals import Reading
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.system.shelf import QuietNetwork
from tests.agent.rules.story import Story, told

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOWHERE = Roots("/nowhere/proc", "/nowhere/sys", "/nowhere/log", "/nowhere/dev")
MIB = 1024**2


def cards(*, up: bool = True) -> Any:
    """A Spanish Windows machine: names as people gave them."""
    counted = SimpleNamespace(bytes_recv=1, bytes_sent=1, packets_recv=1, packets_sent=1, errin=0, errout=0,
                              dropin=0, dropout=0)  # fmt: skip
    names = ("Conexión de área local", "Wi-Fi")
    own = {names[0]: [SimpleNamespace(address="fe80::1%7"), SimpleNamespace(address="198.51.100.20")]}
    return SimpleNamespace(
        net_io_counters=lambda pernic: dict.fromkeys(names, counted),
        net_if_stats=lambda: {names[0]: SimpleNamespace(isup=up, speed=1000)},
        net_if_addrs=lambda: own,
    )


def test_the_interface_that_leads_out_is_the_one_it_would_send_from() -> None:
    """The cable is pulled: the route is gone with it, and the last one that had it is missed."""
    of = {INTERFACE: "Conexión de área local"}
    there = Network(cards(), lambda: frozenset({"198.51.100.20"}))
    gone = Network(cards(up=False), lambda: frozenset())
    assert look(there, SystemClock()).value("vigia.network.default_route", **of) == 1
    story = Story()
    story.tell(there.read, 60)
    assert story.changes == []
    story.tell(gone.read, 30)
    assert [one.object for one in story.changes if one.rule == "network.link"] == [of[INTERFACE]]


def test_waits_that_psutil_cannot_count_are_not_told() -> None:
    counts = [SimpleNamespace(read_count=at, write_count=0, read_bytes=at, write_bytes=0, read_time=at * 900,
                              write_time=0) for at in (1, 2)]  # fmt: skip
    for timed in (True, False):
        rest = iter(counts)
        source = SimpleNamespace(disk_io_counters=lambda perdisk, rest=rest: {"PhysicalDrive0": next(rest)})
        disks = Disks(source, timed)
        disks.read(NOON)
        known = {one.name for one in disks.read(NOON + timedelta(seconds=10)).metrics}
        assert ("vigia.disk.latency" in known) is timed


def test_memory_is_judged_without_the_name_that_only_linux_has() -> None:
    def source(available: int) -> Any:
        return SimpleNamespace(
            virtual_memory=lambda: SimpleNamespace(total=8000 * MIB, available=available, free=available),
            swap_memory=lambda: SimpleNamespace(total=1000 * MIB, used=1000 * MIB, free=0),
        )

    story = Story()
    story.tell(Memory(source(100 * MIB)).read, 6 * 60)
    assert told([one for one in story.changes if one.rule == "memory.available"]) == [("raised", "critical")]
    well = Story()
    well.tell(Memory(source(4000 * MIB)).read, 3600)
    assert [one for one in well.changes if one.rule == "memory.available"] == []


def test_the_internet_is_asked_for_where_no_file_names_the_gateway(tmp_path: Path) -> None:
    reach = Reach(NOWHERE, str(tmp_path), ("192.0.2.1:443",), probing=QuietNetwork())
    reading = look(reach, SystemClock())
    assert reading.value("vigia.reach.up", **{REACH: "gateway"}) is None
    assert [metric.attributes[REACH] for metric in reading.metrics if REACH in metric.attributes] == [
        "internet"
    ]
    (gap,) = reading.gaps
    assert gap.reason.startswith("the gateway is unknown")


def test_a_clock_is_measured_at_each_connection_where_no_file_counts_the_uptime(tmp_path: Path) -> None:
    """What the controller said stands as it was said; a jump since then is nothing that anybody saw."""
    LastLinkFile(OsDisk(), tmp_path).connected(NOON, 90.0)
    silent = Finished(1, b"", b"", False, False, 0.0)
    answers = Answers({"w32tm": "Indicador de salto: 0(sin advertencia)\nCapa: 3\n"})
    clock = TimeSync(NOWHERE, answers, str(tmp_path / "run"), tmp_path, kernel=lambda: silent)

    def seen(hours: float) -> Reading:
        return clock.read(NOON + timedelta(hours=hours))

    for hours in (0, 5):
        assert seen(hours).value("vigia.time.offset", **{TIME_SOURCE: "controller"}) == 90.0
        assert seen(hours).value("vigia.time.synchronized") == 1
        assert "jumps" in seen(hours).gaps[0].reason
