"""The ring: whatever the power or a bit does to it, it starts, keeps what was synced, says what is lost."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.recorder.record import Kind, Record
from agent.recorder.ring import Ring
from tests.support.forgetful_disk import ForgetfulDisk, PowerCut

FOLDER = Path("/data/recorder")
SMALL = 1_024


def open_ring(disk: ForgetfulDisk, boot: str = "boot 1") -> Ring:
    ring = Ring(disk, FOLDER, boot, segments=4, size=SMALL)
    ring.open()
    return ring


def held(ring: Ring) -> list[Record]:
    return sorted((record for record, _ in ring.records()), key=lambda record: record.sequence)


def fill(ring: Ring, count: int, begin: int = 0) -> None:
    for number in range(begin, begin + count):
        ring.put(Kind.LINE, 1_000 + number, number, b"%04d " % number + bytes([65 + number % 26]) * 20)
        ring.write()
    ring.sync()


def numbers(ring: Ring) -> list[int]:
    return [int(record.payload[:4]) for record in held(ring)]


def test_the_oldest_gives_way_and_the_size_stays() -> None:
    disk = ForgetfulDisk()
    ring = open_ring(disk)
    fill(ring, 200)
    kept = numbers(ring)
    assert kept == list(range(kept[0], 200))
    assert len(kept) > 3 * SMALL // 80, "at least three of four files are full"
    assert sum(disk.size(FOLDER / name) for name in disk.list(FOLDER)) == 4 * SMALL


def test_a_killed_agent_loses_nothing_that_was_written() -> None:
    disk = ForgetfulDisk()
    ring = open_ring(disk)
    fill(ring, 50)
    ring.put(Kind.LINE, 1, 1, b"0050 unsynced")
    ring.write()
    again = open_ring(disk)
    assert numbers(again)[-1] == 50 and not again.damage.places and not again.ended_abruptly
    fill(again, 3, 51)
    assert numbers(again)[-4:] == [50, 51, 52, 53]


def test_a_full_disk_does_not_end_the_recording() -> None:
    disk = ForgetfulDisk()
    ring = open_ring(disk)
    disk.capacity_bytes = 4 * SMALL
    fill(ring, 200)
    assert numbers(ring)[-1] == 199


def test_an_end_that_was_said_is_no_abrupt_one() -> None:
    disk = ForgetfulDisk()
    ring = open_ring(disk)
    fill(ring, 3)
    assert open_ring(disk, "boot 2").ended_abruptly
    ring.put(Kind.END, 1, 1, b"")
    ring.write()
    assert not open_ring(disk, "boot 2").ended_abruptly


@settings(max_examples=150, deadline=None)
@given(
    lives=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 80)), min_size=1, max_size=4), data=st.data()
)
def test_a_power_cut_costs_what_was_not_synced_and_is_no_damage(
    lives: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Up to four boots, each ended by a power cut somewhere, also while the ring is opened."""
    disk = ForgetfulDisk()
    number, promised, here = 0, set[int](), set[int]()
    for boot, (count, cut_after) in enumerate(lives):
        disk.power_cut_at = disk.changes + cut_after
        here.clear()
        with suppress(PowerCut):
            ring = open_ring(disk, f"boot {boot}")
            for _ in range(count):
                ring.put(Kind.LINE, number, number, b"%04d " % number + b"x" * 20)
                here.add(number)
                number += 1
                ring.write()
                if number % 3 == 0:
                    ring.sync()
                    promised |= here
        disk.crash(lambda most: data.draw(st.integers(0, most)))
    again = open_ring(disk, "the last boot")
    kept = numbers(again)
    assert not again.damage.places
    assert kept == sorted(set(kept))
    newest = max(promised, default=0)
    assert {one for one in promised if one > newest - 2 * SMALL // 80} <= set(kept)


@settings(max_examples=200, deadline=None)
@given(file=st.integers(0, 3), data=st.data())
def test_one_flipped_bit_costs_at_most_one_record_and_is_told_once(file: int, data: st.DataObject) -> None:
    disk = ForgetfulDisk()
    ring = open_ring(disk)
    fill(ring, 80)
    before = numbers(ring)
    disk.flip(FOLDER / f"ring-{file}", data.draw(st.integers(0, SMALL * 8 - 1)))
    again = open_ring(disk)
    kept = numbers(again)
    assert len(kept) >= len(before) - 1 and set(kept) <= set(before)
    assert again.damage.places == 1 and again.damage.names == [f"ring-{file}"]
    assert not open_ring(disk).damage.places
    fill(again, 1, 80)
    assert numbers(again)[-1] == 80


@settings(max_examples=60, deadline=None)
@given(file=st.integers(0, 3), size=st.integers(0, SMALL - 1))
def test_a_file_that_lost_its_end_is_made_whole_again_and_told(file: int, size: int) -> None:
    disk = ForgetfulDisk()
    ring = open_ring(disk)
    fill(ring, 80)
    disk.cut(FOLDER / f"ring-{file}", size)
    again = open_ring(disk)
    assert again.damage.names == [f"ring-{file}"]
    assert disk.size(FOLDER / f"ring-{file}") == SMALL
    fill(again, 80, 80)
    assert numbers(again)[-1] == 159


@pytest.mark.parametrize("junk", [b"", b"\xf5VR1", b"\xff" * 3_000, bytes(SMALL)])
def test_it_starts_whatever_its_files_hold(junk: bytes) -> None:
    disk = ForgetfulDisk()
    disk.mkdir(FOLDER)
    for number in range(4):
        disk.replace(FOLDER / f"ring-{number}", junk)
    ring = open_ring(disk)
    fill(ring, 2)
    assert numbers(ring) == [0, 1]
