"""What every collector must bear: its source fails, hangs, floods, vanishes, or talks nonsense.

Each time the answer is a reading: with a gap where something is unknown, never with a number that nobody
measured, and never with one that a rule would take for a fault. The collectors are those of the agent's
tuple: a new one is in by itself. Hangs of the kernel are the schedule's (tests/agent/test_schedule.py).
"""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
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
from agent.rules import Judge
from agent.signals import Gap, Metric, Reading
from tests.agent.collectors.answers import MODES, Answers
from tests.agent.collectors.building import NO_JOURNAL, asks, built, replaced, series, traced
from tests.agent.collectors.machine import ANSWERS, FILES, Machine, machine

CLOCK = SystemClock()
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVERY = pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
ASKING = pytest.mark.parametrize("one", [one for one in ALL if asks(one)], ids=lambda one: one.name)
# The kernel's files that these cannot do without: no part of a machine, but the machine.
CORE: dict[str, tuple[Callable[[Roots], Collector], tuple[str, ...]]] = {
    "cpu": (Cpu, ("proc/stat",)),
    "memory": (Memory, ("proc/meminfo",)),
    "filesystems": (Filesystems, ("proc/self/mountinfo",)),
    "disks": (Disks, ("proc/diskstats",)),
    "network": (Network, ("proc/net/dev", "proc/net/route")),
    "uptime": (lambda roots: Uptime(roots, NO_JOURNAL), ("proc/uptime", "proc/loadavg", "proc/stat")),
}
DEAR_S = 600.0
NEEDS = [(name, needed) for name, (_, files) in CORE.items() for needed in files]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """One machine for all, well again after each test."""
    return machine(tmp_path_factory.mktemp("machine"))


def seen(collector: Collector, at: datetime) -> Reading:
    """One look at that instant."""
    return replace(look(collector, CLOCK), taken_at=at)


def found(*readings: Reading) -> list[str]:
    """What the agent's rules make of them."""
    numbers = count()
    judge = Judge("server", lambda: f"finding-{next(numbers)}")
    return [finding.rule for reading in readings for finding in judge.judge(reading, reading.taken_at)]


def twice(collector: Collector) -> tuple[Reading, Reading]:
    """Rates need two looks."""
    return seen(collector, NOON), seen(collector, NOON + timedelta(seconds=collector.every_s))


@EVERY
def test_a_machine_that_is_well_leaves_no_gap_and_nothing_to_say(one: Collector, here: Machine) -> None:
    first, second = twice(built(one, here, Answers(ANSWERS)))
    assert first.collector == one.name
    assert first.gaps == second.gaps == ()
    assert first.metrics, "the played machine lacks what this collector reads: add it to a shelf"
    assert found(first, second) == []


@EVERY
def test_this_machine_can_be_read_twice(one: Collector) -> None:
    """The real kernel, whatever it lacks: no exception, no nonsense. What is dear to ask is not asked."""
    if asks(one) and one.every_s > DEAR_S:
        one = replaced(one, ask=Answers({}))
    for _ in range(2):
        assert all(math.isfinite(metric.value) for metric in look(one, CLOCK).metrics)


@EVERY
def test_a_file_that_vanishes_refuses_or_floods_makes_nothing_up(one: Collector, here: Machine) -> None:
    """Each file that it reads, one after the other: before the first look, and between two looks."""
    with traced(here) as files:
        healthy = built(one, here, Answers(ANSWERS))
        well = twice(healthy)
    known = series(well[0]) | series(well[1])
    for file in [file for file in files if file in FILES]:
        for harm in (_vanish, _refuse, _flood):
            used = built(one, here, Answers(ANSWERS))
            before = seen(used, NOON)
            harm(here, file)
            try:
                for collector in (used, built(one, here, Answers(ANSWERS))):
                    after = seen(collector, NOON + timedelta(seconds=one.every_s))
                    assert series(after) <= known, (file, harm.__name__)
                    assert found(before, after) == [], (file, harm.__name__)
            finally:
                _restore(here, file)


@ASKING
@pytest.mark.parametrize("mode", MODES)
def test_a_program_that_fails_is_a_gap(one: Collector, mode: str, here: Machine) -> None:
    """Missing, refusing, hanging, flooding, nonsense or another version's words: never well, never bad.

    What another source told as well is no gap; what is asked seldom may still be known from before.
    """
    known = series(twice(built(one, here, Answers(ANSWERS)))[1])
    used, answers = None, Answers(ANSWERS)
    used = built(one, here, answers)
    before = seen(used, NOON)
    answers.mode = mode
    for collector in (built(one, here, Answers(ANSWERS, mode=mode)), used):
        after = seen(collector, NOON + timedelta(seconds=one.every_s))
        assert after.gaps or series(after) >= known
        assert series(after) <= known | series(before)
        assert found(before, after) == []


@EVERY
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(data=st.data())
def test_nonsense_gives_a_gap_or_sound_numbers(one: Collector, here: Machine, data: st.DataObject) -> None:
    """Any of its files or of its programs' answers holds anything: junk, or its own text with junk in it."""
    answers = Answers(ANSWERS)
    with traced(here) as files:
        twice(built(one, here, answers))
    sources = [file for file in files if file in FILES]
    asked = [key for key in ANSWERS if any(call.startswith(key) for call in answers.asked)]
    if not sources and not asked:
        return
    source = data.draw(st.sampled_from([*sources, *asked]))
    whole = ANSWERS[source] if source in ANSWERS else FILES[source]
    cut = data.draw(st.integers(0, len(whole)))
    junk = data.draw(
        st.one_of(st.text(max_size=40), st.sampled_from(["-1 ", "nan ", "9" * 400, "\n", "\0", "[]"]))
    )
    odd = data.draw(st.sampled_from([junk, whole[:cut] + junk + whole[cut:], whole[:cut]]))
    try:
        if source in FILES:
            here.says(source, odd)
        collector = built(one, here, Answers({**ANSWERS, source: odd}))
        for reading in twice(collector):
            assert all(math.isfinite(metric.value) for metric in reading.metrics)
            assert all(len(gap.reason) <= 200 for gap in reading.gaps)
    finally:
        if source in FILES:
            _restore(here, source)


@pytest.mark.parametrize(("name", "file"), NEEDS)
def test_the_machine_itself_is_never_taken_for_absent(name: str, file: str, here: Machine) -> None:
    """Without these files there is no reading at all, and a gap says so."""
    for harm in (_vanish, _refuse, _flood):
        one = CORE[name][0](here.roots)
        harm(here, file)
        try:
            reading = look(one, CLOCK)
        finally:
            _restore(here, file)
        assert reading.metrics == ()
        assert [gap.collector for gap in reading.gaps] == [name]


def _vanish(here: Machine, file: str) -> None:
    (here.folder / file).unlink()


def _refuse(here: Machine, file: str) -> None:
    """A folder stands where the file should be: the read itself is refused."""
    (here.folder / file).unlink()
    (here.folder / file).mkdir()


def _flood(here: Machine, file: str) -> None:
    """More than the limit is not even looked at."""
    told = FILES[file] or "x"
    here.says(file, told * (TEXT_LIMIT_BYTES // len(told) + 2))


def _restore(here: Machine, file: str) -> None:
    path = Path(here.folder / file)
    if path.is_dir():
        path.rmdir()
    here.says(file, FILES[file])


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
