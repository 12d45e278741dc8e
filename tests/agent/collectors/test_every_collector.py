"""What every collector must bear: its source fails, hangs, floods, vanishes, or talks nonsense.

Each time the answer is a reading: with a gap where something is unknown, and never with a number that nobody
measured. Hangs are the schedule's to bear (tests/agent/test_schedule.py).
"""

import math
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.clock import SystemClock
from agent.collectors import ALL, METRICS_MAX, Collector, look, sound
from agent.collectors.cpu import Cpu
from agent.collectors.disks import Disks
from agent.collectors.filesystems import Filesystems
from agent.collectors.memory import Memory
from agent.collectors.network import Network
from agent.collectors.procfs import TEXT_LIMIT_BYTES, Roots
from agent.collectors.uptime import Uptime
from agent.signals import Gap, Metric, Reading
from tests.agent.collectors.machine import FILES, Machine, machine

NO_JOURNAL = ("no-such-journalctl",)
# Each collector with the files it cannot do without.
COLLECTORS: dict[str, tuple[Callable[[Roots], Collector], tuple[str, ...]]] = {
    "cpu": (Cpu, ("proc/stat",)),
    "memory": (Memory, ("proc/meminfo",)),
    "filesystems": (Filesystems, ("proc/self/mountinfo",)),
    "disks": (Disks, ("proc/diskstats",)),
    "network": (Network, ("proc/net/dev", "proc/net/route")),
    "uptime": (lambda roots: Uptime(roots, NO_JOURNAL), ("proc/uptime", "proc/loadavg", "proc/stat")),
}
# What the names of the files that it reads at all have in common.
READS = {
    "cpu": "stat",
    "memory": "m",
    "filesystems": "mountinfo",
    "disks": "disk",
    "network": "net/",
    "uptime": "proc/",
}
NEEDS = [(name, needed) for name, (_, files) in COLLECTORS.items() for needed in files]
CLOCK = SystemClock()


def collector(name: str, on: Machine) -> Collector:
    return COLLECTORS[name][0](on.roots)


def test_the_suite_knows_every_collector() -> None:
    assert {one.name for one in ALL} == set(COLLECTORS)


@pytest.mark.parametrize("name", COLLECTORS)
def test_a_healthy_machine_leaves_no_gap(name: str, tmp_path: Path) -> None:
    reading = look(collector(name, machine(tmp_path)), CLOCK)
    assert reading.collector == name
    assert reading.gaps == () and reading.metrics


@pytest.mark.parametrize("name", COLLECTORS)
def test_this_machine_can_be_read_twice(name: str) -> None:
    """The real kernel, whatever it lacks: no exception, no nonsense."""
    one = next(one for one in ALL if one.name == name)
    for _ in range(2):
        assert all(math.isfinite(metric.value) for metric in look(one, CLOCK).metrics)


@pytest.mark.parametrize(("name", "file"), NEEDS)
def test_a_file_that_vanishes_is_a_gap(name: str, file: str, tmp_path: Path) -> None:
    """Also between two looks."""
    here = machine(tmp_path)
    one = collector(name, here)
    look(one, CLOCK)
    (tmp_path / file).unlink()
    if name == "uptime" and file == "proc/stat":
        return  # read once in a run: a boot does not change its time
    reading = look(one, CLOCK)
    assert reading.metrics == () and [gap.collector for gap in reading.gaps] == [name]


@pytest.mark.parametrize(("name", "file"), NEEDS)
def test_a_file_that_fails_is_a_gap(name: str, file: str, tmp_path: Path) -> None:
    """A folder stands where the file should be: the read itself is refused."""
    here = machine(tmp_path)
    (tmp_path / file).unlink()
    (tmp_path / file).mkdir()
    reading = look(collector(name, here), CLOCK)
    assert reading.metrics == () and reading.gaps


@pytest.mark.parametrize(("name", "file"), NEEDS)
def test_a_file_that_floods_is_a_gap(name: str, file: str, tmp_path: Path) -> None:
    """More than the limit is not even looked at."""
    here = machine(tmp_path)
    here.says(file, FILES[file] * (TEXT_LIMIT_BYTES // len(FILES[file]) + 2))
    reading = look(collector(name, here), CLOCK)
    assert reading.metrics == () and f"more than {TEXT_LIMIT_BYTES} bytes" in reading.gaps[0].reason


@pytest.mark.parametrize("name", COLLECTORS)
def test_a_machine_without_any_files_is_a_gap(name: str, tmp_path: Path) -> None:
    here = machine(tmp_path)
    shutil.rmtree(tmp_path / "proc")
    reading = look(collector(name, here), CLOCK)
    assert reading.metrics == () and reading.gaps


@pytest.mark.parametrize("name", COLLECTORS)
@settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(data=st.data())
def test_nonsense_gives_a_gap_or_sound_numbers(name: str, tmp_path: Path, data: st.DataObject) -> None:
    """Any of the files holds anything: bytes, or its own text with parts replaced."""
    here = Machine(tmp_path)
    if not (tmp_path / "proc").exists():
        machine(tmp_path)
    file = data.draw(st.sampled_from([file for file in FILES if READS[name] in file]))
    whole = FILES[file]
    cut = data.draw(st.integers(0, len(whole)))
    oddities = [b"-1 ", b"nan ", b"9" * 400, b"\n", b"\0"]
    junk = data.draw(st.one_of(st.binary(max_size=60), st.sampled_from(oddities)))
    here.says(file, data.draw(st.sampled_from([junk, whole[:cut].encode() + junk + whole[cut:].encode()])))
    one = collector(name, here)
    for _ in range(2):
        reading = look(one, CLOCK)
        assert reading.gaps or reading.metrics or name in ("disks", "network", "filesystems")
        assert all(math.isfinite(metric.value) for metric in reading.metrics)
    here.says(file, whole)


class Raving:
    """Returns what no collector should."""

    name = "raving"
    every_s = 10.0

    def read(self, now: datetime) -> Reading:
        junk = [Metric("nan", math.nan, "1"), Metric("inf", -math.inf, "1")]
        many = [Metric(f"m{number}", 1.0, "1") for number in range(METRICS_MAX + 10)]
        return Reading(
            self.name, now, 0.0, (*junk, *many), tuple(Gap("raving", "x" * 9999) for _ in range(999))
        )


class Failing:
    """Raises what nobody expects."""

    name = "failing"
    every_s = 10.0

    def read(self, now: datetime) -> Reading:
        raise RuntimeError("y" * 9999)


def test_too_much_and_no_numbers_are_left_out_and_counted() -> None:
    reading = look(Raving(), CLOCK)
    assert len(reading.metrics) == METRICS_MAX - 2
    assert "14 values left out" in reading.gaps[-1].reason
    assert sum(len(gap.reason) for gap in reading.gaps) < 20_000
    assert sound(reading).metrics == reading.metrics


def test_an_exception_is_a_gap_that_names_it() -> None:
    reading = look(Failing(), CLOCK)
    assert reading.metrics == () and reading.gaps[0].reason.startswith("RuntimeError: yyy")
    assert len(reading.gaps[0].reason) <= 200
