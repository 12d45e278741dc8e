"""The schedule: each at its own pace, a hang costs one collector, and threads are bounded.

On the real clock with intervals of hundredths of a second: threads that block cannot live on a fake one.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.collectors.cpu import Cpu
from agent.schedule import Schedule
from agent.signals import Metric, Reading
from tests.agent.collectors.machine import machine
from tests.support.agent_fakes import SeededChance


class Steady:
    """Reads at once, and counts how often."""

    limit_s = 0.2

    def __init__(self, name: str = "steady", every_s: float = 0.02) -> None:
        self.name, self.every_s, self.reads = name, every_s, 0

    def read(self, now: datetime) -> Reading:
        self.reads += 1
        return Reading(self.name, now, 0.0, (Metric("n", self.reads, "1"),))

    def overdue(self, now: datetime, waited_s: float) -> Reading | None:
        return None


class Hanging(Steady):
    """Hangs until it is let go."""

    def __init__(self, name: str = "hanging") -> None:
        super().__init__(name)
        self.let_go = threading.Event()

    def read(self, now: datetime) -> Reading:
        self.reads += 1
        self.let_go.wait()
        return Reading(self.name, now, 0.0, (Metric("old", 1.0, "1"),))


class Failing(Steady):
    def read(self, now: datetime) -> Reading:
        raise ValueError("no")


class Saying(Hanging):
    """Knows what its hang means."""

    def overdue(self, now: datetime, waited_s: float) -> Reading | None:
        return Reading(self.name, now, waited_s, (Metric("timeout", 1.0, "1"),))


async def seen_until(schedule: Schedule, readings: list[Reading], enough: Callable[[], bool]) -> None:
    """Runs until `enough`, or fails after 20 s."""
    running = asyncio.create_task(schedule.run())
    try:
        async with asyncio.timeout(20):
            while not enough():
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def scheduled(*collectors: Steady) -> tuple[Schedule, list[Reading]]:
    readings: list[Reading] = []
    return Schedule(collectors, SystemClock(), readings.append, SeededChance()), readings


def of(readings: list[Reading], name: str) -> list[Reading]:
    return [reading for reading in readings if reading.collector == name]


async def test_each_reading_carries_how_the_collector_did() -> None:
    schedule, readings = scheduled(Steady(), Failing("failing"))
    await seen_until(
        schedule, readings, lambda: min(len(of(readings, "steady")), len(of(readings, "failing"))) > 2
    )
    assert all(reading.value("vigia.collector.ok") == 1 for reading in of(readings, "steady"))
    assert all(reading.value("vigia.collector.ok") == 0 for reading in of(readings, "failing"))
    assert all((reading.value("vigia.collector.duration") or 0) >= 0 for reading in readings)


async def test_a_hang_is_a_gap_each_interval_and_is_not_started_again() -> None:
    """The other goes on at its pace; the one that hangs is read once however long it takes."""
    hanging, steady = Hanging(), Steady()
    schedule, readings = scheduled(hanging, steady)
    await seen_until(schedule, readings, lambda: len(of(readings, "hanging")) > 3 and steady.reads > 10)
    assert hanging.reads == 1
    assert all("hangs since" in reading.gaps[0].reason for reading in of(readings, "hanging"))
    hanging.let_go.set()


async def test_what_comes_after_its_time_is_old_news_and_the_next_look_counts() -> None:
    hanging = Hanging()
    schedule, readings = scheduled(hanging)

    def enough() -> bool:
        if len(readings) == 2:
            hanging.let_go.set()
        return hanging.reads > 3 and len(readings) > 4

    await seen_until(schedule, readings, enough)
    first_good = next(number for number, reading in enumerate(readings) if not reading.gaps)
    assert first_good >= 2 and all(reading.gaps for reading in readings[:first_good])
    assert len(of(readings, "hanging")) - first_good < hanging.reads


async def test_a_hang_that_means_something_is_told_as_that() -> None:
    saying = Saying("saying")
    schedule, readings = scheduled(saying)
    await seen_until(schedule, readings, lambda: len(readings) > 2)
    assert all(reading.value("timeout") == 1 for reading in readings)
    saying.let_go.set()


async def test_many_hanging_collectors_take_one_thread_each_and_delay_nobody() -> None:
    hanging = [Hanging(f"hanging {number}") for number in range(20)]
    steady = Steady()
    schedule, readings = scheduled(*hanging, steady)
    before = threading.active_count()
    await seen_until(schedule, readings, lambda: len(readings) > 100 and steady.reads > 20)
    assert threading.active_count() - before <= 21
    assert all(one.reads == 1 for one in hanging)
    for one in hanging:
        one.let_go.set()


async def test_a_dear_look_waits_until_the_machine_has_started() -> None:
    class Dear(Steady):
        first_s = 0.3

    readings: list[Reading] = []
    schedule = Schedule([Steady("quick", 0.05), Dear("dear", 0.05)], SystemClock(), readings.append)
    await seen_until(schedule, readings, lambda: any(one.collector == "dear" for one in readings))
    names = [reading.collector for reading in readings]
    assert names.index("dear") >= 1


async def test_steady_collectors_share_few_threads() -> None:
    """Ten collectors that never overlap for long need far fewer than ten threads."""
    many = [Steady(f"steady {number}", 0.3) for number in range(10)]
    schedule, readings = scheduled(*many)
    await seen_until(schedule, readings, lambda: len(readings) > 40)
    assert schedule.threads_count <= 5


@pytest.mark.parametrize("file", ["proc/stat"])
async def test_a_kernel_file_that_hangs_is_borne_by_a_real_collector(file: str, tmp_path: Path) -> None:
    """A pipe stands where the file should be: opening it blocks in the kernel, as a dead disk would."""
    here = machine(tmp_path)
    (tmp_path / file).unlink()
    os.mkfifo(tmp_path / file)

    class Impatient(Cpu):
        every_s = 0.02
        limit_s = 0.1

        def overdue(self, now: datetime, waited_s: float) -> Reading | None:
            return None

    readings: list[Reading] = []
    schedule = Schedule([Impatient(here.roots)], SystemClock(), readings.append)
    await seen_until(schedule, readings, lambda: len(readings) > 2)
    assert all("hangs since" in reading.gaps[0].reason for reading in readings)
    os.close(os.open(tmp_path / file, os.O_WRONLY))


def test_two_collectors_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        scheduled(Steady(), Steady())
