"""Bits flip and files lose their end: each costs at most one record, and is reported."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.spool import Kind, Lane, Spool
from tests.agent.spool.test_power_cuts import FOLDER, everything, open_spool
from tests.support.agent_fakes import HandClock
from tests.support.forgetful_disk import ForgetfulDisk


def filled(count: int = 12) -> tuple[ForgetfulDisk, HandClock, Spool, list[bytes]]:
    disk, clock = ForgetfulDisk(), HandClock()
    spool = open_spool(disk, clock)
    payloads = [b"%03d " % number + bytes(range(number * 3)) for number in range(count)]
    for payload in payloads:
        spool.put(Lane.FAULTS, Kind.FINDING, payload)
    return disk, clock, spool, payloads


def segment_of(disk: ForgetfulDisk) -> Path:
    return FOLDER / next(name for name in disk.list(FOLDER) if name.startswith("faults-"))


def reports(spool: Spool) -> list[dict[str, object]]:
    return [json.loads(payload) for _, kind, payload in everything(spool, Lane.FAULTS) if kind is Kind.DAMAGE]


@settings(max_examples=200, deadline=None)
@given(data=st.data(), clean=st.booleans())
def test_one_flipped_bit_costs_at_most_one_record(data: st.DataObject, clean: bool) -> None:
    disk, clock, spool, payloads = filled()
    if clean:
        spool.close()
    path = segment_of(disk)
    disk.flip(path, data.draw(st.integers(0, disk.size(path) * 8 - 1)))
    again = open_spool(disk, clock)
    held = [payload for _, kind, payload in everything(again, Lane.FAULTS) if kind is Kind.FINDING]
    assert len(held) >= len(payloads) - 1
    assert set(held) <= set(payloads)
    assert len(reports(again)) == 1
    assert again.put(Lane.FAULTS, Kind.FINDING, b"next") > len(payloads), (
        "a lost record's number is not reused"
    )


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_cut_end_costs_what_was_cut_and_says_so(data: st.DataObject) -> None:
    disk, clock, spool, payloads = filled()
    spool.close()
    path = segment_of(disk)
    whole = disk.size(path)
    size = data.draw(st.integers(whole - 60, whole - 1))
    disk.cut(path, size)
    again = open_spool(disk, clock)
    held = [payload for _, kind, payload in everything(again, Lane.FAULTS) if kind is Kind.FINDING]
    assert held[: len(payloads) - 1] == payloads[:-1]
    assert len(reports(again)) == 1
    assert again.put(Lane.FAULTS, Kind.FINDING, b"next") > len(payloads)


def test_damage_is_set_aside_once_and_told_once() -> None:
    """The damaged bytes stay for whoever wants to look; the next start finds nothing to report."""
    disk, clock, _, _ = filled()
    disk.flip(segment_of(disk), 300)
    open_spool(disk, clock)
    again = open_spool(disk, clock)
    assert len(reports(again)) == 1
    assert len(disk.list(FOLDER / "damaged")) == 1


@pytest.mark.parametrize("content", [b"", b"nonsense", bytes(100), b"00000000\n{}"])
def test_a_lost_state_starts_a_new_epoch_and_keeps_every_fault(content: bytes) -> None:
    disk, clock, spool, payloads = filled()
    epoch = spool.epoch
    disk.replace(FOLDER / "state", content)
    again = open_spool(disk, clock)
    assert again.epoch != epoch
    held = [payload for _, kind, payload in everything(again, Lane.FAULTS) if kind is Kind.FINDING]
    assert held == payloads
    assert "new epoch" in str(reports(again)[0]["reason"])


@settings(max_examples=150, deadline=None)
@given(junk=st.binary(max_size=400), lane=st.sampled_from(["faults", "metrics"]))
def test_it_starts_whatever_a_segment_holds(junk: bytes, lane: str) -> None:
    disk, clock = ForgetfulDisk(), HandClock()
    disk.mkdir(FOLDER)
    disk.replace(FOLDER / f"{lane}-00000000000000000001.seg", junk)
    spool = open_spool(disk, clock)
    sequence = spool.put(Lane.FAULTS, Kind.FINDING, b"after")
    assert (sequence, Kind.FINDING, b"after") in everything(spool, Lane.FAULTS)
