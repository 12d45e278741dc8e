"""Room is finite: metrics give way and are counted, faults stay, and a full disk still takes a fault."""

import json

import pytest

from agent.errors import SpoolFull
from agent.spool import Kind, Lane, Spool
from tests.agent.spool.test_power_cuts import FOLDER, everything, open_spool
from tests.support.agent_fakes import HandClock, SeededChance
from tests.support.forgetful_disk import ForgetfulDisk

DAY_S = 86_400


def test_metrics_drop_oldest_first_and_leave_a_counted_gap() -> None:
    disk, clock = ForgetfulDisk(), HandClock()
    spool = open_spool(disk, clock)
    for _ in range(2_000):
        spool.put(Lane.METRICS, Kind.SNAPSHOT, bytes(1_000))
    offered = everything(spool, Lane.METRICS)
    sequence, kind, payload = offered[0]
    gap = json.loads(payload)
    assert kind is Kind.DROPPED
    assert (gap["from"], gap["to"]) == (1, sequence)
    assert len(offered) - 1 + gap["to"] == 2_000
    assert spool.size_bytes(Lane.METRICS) <= 2**20 * 3 // 4


def test_unacknowledged_faults_are_never_evicted_for_metrics() -> None:
    disk, clock = ForgetfulDisk(), HandClock()
    spool = open_spool(disk, clock)
    payloads = [b"%d" % number + bytes(5_000) for number in range(100)]
    for payload in payloads:
        spool.put(Lane.METRICS, Kind.SNAPSHOT, bytes(9_000))
        spool.put(Lane.FAULTS, Kind.FINDING, payload)
    for _ in range(300):
        spool.put(Lane.METRICS, Kind.SNAPSHOT, bytes(9_000))
    assert [payload for _, _, payload in everything(spool, Lane.FAULTS)] == payloads
    assert spool.size_bytes(Lane.METRICS) + spool.size_bytes(Lane.FAULTS) <= 2**20


def test_a_spool_full_of_unacknowledged_faults_refuses_evidence_first_then_says_so() -> None:
    spool = open_spool(ForgetfulDisk(), HandClock())
    with pytest.raises(SpoolFull, match="evidence"):
        while True:
            spool.put(Lane.FAULTS, Kind.EVIDENCE, bytes(50_000))
    with pytest.raises(SpoolFull, match="unacknowledged faults"):
        while True:
            spool.put(Lane.FAULTS, Kind.FINDING, bytes(50_000))


def test_acknowledged_faults_are_kept_seven_days_and_offered_again() -> None:
    """A controller restored from an older backup asks from an earlier sequence (R5)."""
    disk, clock = ForgetfulDisk(), HandClock()
    spool = open_spool(disk, clock)
    for number in range(3):
        spool.put(Lane.FAULTS, Kind.FINDING, b"%d" % number)
    spool.acknowledge(Lane.FAULTS, 3)
    clock.pass_time(6.9 * DAY_S)
    spool.tend()
    assert [payload for _, _, payload in everything(spool, Lane.FAULTS, start=2)] == [b"1", b"2"]
    clock.pass_time(0.2 * DAY_S)
    spool.tend()
    assert [kind for _, kind, _ in everything(spool, Lane.FAULTS)] == [Kind.DROPPED]
    assert spool.put(Lane.FAULTS, Kind.FINDING, b"new") == 4


def test_a_clock_that_is_set_to_next_year_forgets_nothing() -> None:
    """What was acknowledged an hour ago is kept for a controller that may be restored, whatever the date."""
    disk, clock = ForgetfulDisk(), HandClock()
    spool = open_spool(disk, clock)
    spool.put(Lane.FAULTS, Kind.FINDING, b"today")
    spool.acknowledge(Lane.FAULTS, 1)
    for days in (365, -365, -365, 365):
        clock.set_by(days * DAY_S)
        spool.tend()
        assert [payload for _, _, payload in everything(spool, Lane.FAULTS)] == [b"today"]


def test_acknowledged_metrics_leave_the_disk() -> None:
    spool = open_spool(ForgetfulDisk(), HandClock())
    for _ in range(600):
        spool.put(Lane.METRICS, Kind.SNAPSHOT, bytes(1_000))
    spool.acknowledge(Lane.METRICS, 600)
    assert spool.size_bytes(Lane.METRICS) < 300_000
    assert spool.read(Lane.METRICS, 601) == []


def test_a_full_disk_refuses_metrics_first_and_takes_faults_from_the_reserve() -> None:
    disk, clock = ForgetfulDisk(capacity_bytes=100_000), HandClock()
    spool = Spool.open(disk, FOLDER, clock, SeededChance(), reserve_bytes=8_000)
    assert "reserve" in disk.list(FOLDER)
    with pytest.raises(SpoolFull, match="kept for faults"):
        while True:
            spool.put(Lane.METRICS, Kind.SNAPSHOT, bytes(2_000))
    disk.replace(FOLDER / "somebody-else", bytes(disk.free_bytes(FOLDER)))
    sequence = spool.put(Lane.FAULTS, Kind.FINDING, b"the disk is full")
    assert "reserve" not in disk.list(FOLDER)
    assert (sequence, Kind.FINDING, b"the disk is full") in everything(spool, Lane.FAULTS)
    disk.unlink(FOLDER / "somebody-else")
    spool.tend()
    assert "reserve" in disk.list(FOLDER), "kept again as soon as there is room"


def test_a_write_that_fails_leaves_the_spool_as_it_was() -> None:
    disk, clock = ForgetfulDisk(), HandClock()
    spool = Spool.open(disk, FOLDER, clock, SeededChance(), reserve_bytes=0)
    spool.put(Lane.FAULTS, Kind.FINDING, b"one")
    disk.unlink(FOLDER / "reserve")
    disk.capacity_bytes = sum(disk.size(FOLDER / name) for name in disk.list(FOLDER)) + 20
    with pytest.raises(OSError, match="no space"):
        spool.put(Lane.FAULTS, Kind.FINDING, b"two" * 100)
    disk.capacity_bytes = None
    assert spool.put(Lane.FAULTS, Kind.FINDING, b"three") == 2
    again = Spool.open(disk, FOLDER, clock, SeededChance(), reserve_bytes=0)
    assert [payload for _, _, payload in everything(again, Lane.FAULTS)] == [b"one", b"three"]


def test_a_new_epoch_offers_only_what_the_old_one_had_not_delivered() -> None:
    """The machine came back from an older image: the controller knows more than the spool does."""
    spool = open_spool(ForgetfulDisk(), HandClock())
    for number in range(4):
        spool.put(Lane.FAULTS, Kind.FINDING, b"%d" % number)
    spool.acknowledge(Lane.FAULTS, 2)
    before = spool.epoch
    spool.renew_epoch()
    assert spool.epoch != before
    kinds = [(kind, payload) for _, kind, payload in everything(spool, Lane.FAULTS)]
    assert kinds[1:] == [(Kind.FINDING, b"2"), (Kind.FINDING, b"3")]
    assert kinds[0][0] is Kind.DROPPED
