"""Readings become snapshots: gaps are gaps, columns are stable, the minutes before a fault are at hand."""

import math
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agent.health import HISTORY_SNAPSHOTS, Health
from agent.layouts import LAYOUTS_MAX, LayoutBook, Series
from agent.signals import Gap, Metric, Reading
from tests.support.agent_fakes import EPOCH
from tests.support.forgetful_disk import ForgetfulDisk

FOLDER = Path("/data/layouts")
CPU = Reading("cpu", EPOCH, 0.001, (Metric("system.cpu.utilization", 0.25, "1", {"cpu.mode": "user"}),))
DISK = Reading("disks", EPOCH, 0.001, (Metric("system.disk.io", 7.0, "By"),))


def book(disk: ForgetfulDisk | None = None) -> LayoutBook:
    layouts = LayoutBook(disk or ForgetfulDisk(), FOLDER)
    layouts.load()
    return layouts


def test_before_the_first_look_there_is_nothing_to_say() -> None:
    assert Health(book()).snapshot(EPOCH) is None


def test_a_snapshot_holds_every_collectors_last_look_in_a_stable_order() -> None:
    layouts = book()
    health = Health(layouts)
    health.take(DISK)
    health.take(CPU)
    first = health.snapshot(EPOCH)
    health.take(replace(CPU, metrics=(replace(CPU.metrics[0], value=0.75),)))
    second = health.snapshot(EPOCH)
    assert first is not None
    assert second is not None
    assert (first.values, second.values) == ((0.25, 7.0), (0.75, 7.0))
    assert first.layout_id == second.layout_id
    assert layouts.get(first.layout_id) == (
        Series("system.cpu.utilization", "1", (("cpu.mode", "user"),)),
        Series("system.disk.io", "By"),
    )


def test_a_collector_that_hangs_is_unknown_and_keeps_its_columns() -> None:
    """Never its old values, which would look healthy; never another layout, which would cost every time."""
    health = Health(book())
    health.take(CPU)
    health.take(DISK)
    before = health.snapshot(EPOCH)
    health.take(Reading("disks", EPOCH, 5.0, gaps=(Gap("disks", "hangs since 5 s"),)))
    after = health.snapshot(EPOCH)
    assert before is not None
    assert after is not None
    assert after.layout_id == before.layout_id
    assert after.values[0] == 0.25
    assert math.isnan(after.values[1])
    assert after.gaps == (Gap("disks", "hangs since 5 s"),)


def test_the_minutes_before_come_as_readings_oldest_first_and_bounded() -> None:
    health = Health(book())
    for number in range(HISTORY_SNAPSHOTS + 10):
        at = EPOCH + timedelta(seconds=10 * number)
        health.take(replace(CPU, taken_at=at, metrics=(replace(CPU.metrics[0], value=float(number)),)))
        health.snapshot(at)
    watched = Reading("watch:shop", EPOCH + timedelta(seconds=995), 0.0, (Metric("vigia.watch.up", 0, "1"),))
    health.take(watched)
    before = tuple(health.before())
    assert len(before) == HISTORY_SNAPSHOTS + 1
    assert [reading.taken_at for reading in before] == sorted(reading.taken_at for reading in before)
    assert before[0].value("system.cpu.utilization", **{"cpu.mode": "user"}) == 10.0
    assert watched in before


def test_layouts_outlive_the_agent_and_a_crash() -> None:
    """A snapshot in the spool is worth nothing without its layout, so that one is durable first."""
    disk = ForgetfulDisk()
    columns = (Series("a", "1", (("k", "v"),)), Series("b", "By"))
    layout_id = book(disk).id_for(columns)
    disk.crash(lambda _: 0)
    again = book(disk)
    assert again.get(layout_id) == columns
    assert again.id_for(columns) == layout_id


def test_layouts_are_bounded_and_damage_is_passed_over() -> None:
    disk = ForgetfulDisk()
    layouts = book(disk)
    for number in range(LAYOUTS_MAX + 20):
        layouts.id_for([Series(f"series.{number}", "1")])
    disk.replace(FOLDER / "1.json", b"[[1")
    disk.replace(FOLDER / "readme.txt", b"[]")
    assert len(disk.list(FOLDER)) == LAYOUTS_MAX + 2
    book(disk)
