"""Whenever the power fails: what `put` returned for a fault is there, once, and the spool starts."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.spool import Kind, Lane, Spool
from tests.support.agent_fakes import HandClock, SeededChance
from tests.support.forgetful_disk import ForgetfulDisk, PowerCut

FOLDER = Path("/data/spool")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("fault"), st.integers(0, 3_000)),
        st.tuples(st.just("metrics"), st.integers(0, 3_000)),
        st.tuples(st.just("ack faults"), st.integers(1, 40)),
        st.tuples(st.just("ack metrics"), st.integers(1, 40)),
        st.tuples(st.just("close"), st.just(0)),
        st.tuples(st.just("days pass"), st.integers(1, 9)),
    ),
    max_size=40,
)


@dataclass
class Told:
    """What the outside world has been promised: the oracle."""

    promised: dict[int, bytes] = field(default_factory=dict)
    sent: dict[tuple[Lane, int], bytes] = field(default_factory=dict)
    number: int = 0


def open_spool(disk: ForgetfulDisk, clock: HandClock) -> Spool:
    return Spool.open(
        disk,
        FOLDER,
        clock,
        SeededChance(disk.changes),
        quota_bytes=2**20,
        reserve_bytes=1_024,
        boot=f"boot {disk.crashes}",
    )


def everything(spool: Spool, lane: Lane, start: int = 1) -> list[tuple[int, Kind, bytes]]:
    """All that would be offered from `start`, read in small helpings as the link does."""
    held: list[tuple[int, Kind, bytes]] = []
    while batch := spool.read(lane, start, max_records=7):
        held += [(record.sequence, record.kind, record.payload) for record in batch]
        start = batch[-1].sequence + 1
    return held


def live(
    spool: Spool, disk: ForgetfulDisk, clock: HandClock, steps: list[tuple[str, int]], told: Told
) -> Spool:
    """One life of the agent, until the steps end or the power does. All that is read counts as sent."""
    for verb, amount in steps:
        told.number += 1
        payload = b"%d:" % told.number + bytes(amount)
        if verb == "fault":
            sequence = spool.put(Lane.FAULTS, Kind.FINDING, payload)
            told.promised[sequence] = payload
            told.sent[Lane.FAULTS, sequence] = payload
        elif verb == "metrics":
            sequence = spool.put(Lane.METRICS, Kind.SNAPSHOT, payload)
            assert told.sent.get((Lane.METRICS, sequence)) is None, "a sequence that was sent is used again"
            told.sent[Lane.METRICS, sequence] = payload
        elif verb.startswith("ack"):
            lane = Lane.FAULTS if verb.endswith("faults") else Lane.METRICS
            spool.acknowledge(lane, min(amount, spool.last(lane)))
        elif verb == "close":
            spool.close()
            spool = open_spool(disk, clock)
        else:
            clock.pass_time(amount * 86_400)
            spool.tend()
    return spool


@settings(max_examples=300, deadline=None)
@given(
    lives=st.lists(st.tuples(STEPS, st.integers(1, 120)), min_size=1, max_size=4),
    data=st.data(),
)
def test_no_promised_fault_is_lost_or_doubled_at_any_crash_point(
    lives: list[tuple[list[tuple[str, int]], int]], data: st.DataObject
) -> None:
    """Up to four lives of one agent, each ended by a power cut somewhere, also while it starts."""
    disk, clock, told = ForgetfulDisk(), HandClock(), Told()
    for steps, cut_after in lives:
        disk.power_cut_at = disk.changes + cut_after
        with suppress(PowerCut):
            live(open_spool(disk, clock), disk, clock, steps, told)
        disk.crash(lambda most: data.draw(st.integers(0, most)))
        clock.pass_time(1)

    spool = open_spool(disk, clock)
    acknowledged = spool.acknowledged(Lane.FAULTS)
    offered = everything(spool, Lane.FAULTS)
    findings = {sequence: payload for sequence, kind, payload in offered if kind is Kind.FINDING}
    for sequence, payload in told.promised.items():
        if sequence > acknowledged:
            assert findings.get(sequence) == payload
    sequences = [sequence for sequence, _, _ in offered]
    assert sequences == sorted(set(sequences))
    payloads = [payload for _, kind, payload in offered if kind is Kind.FINDING]
    assert len(payloads) == len(set(payloads))
    for sequence, kind, payload in everything(spool, Lane.METRICS):
        if kind is Kind.SNAPSHOT:
            assert told.sent.get((Lane.METRICS, sequence), payload) == payload


def test_a_killed_agent_skips_nothing() -> None:
    """kill -9 is no power cut: what was written is still there, so no gap is told that there is none."""
    disk, clock = ForgetfulDisk(), HandClock()
    spool = open_spool(disk, clock)
    for number in range(5):
        spool.put(Lane.METRICS, Kind.SNAPSHOT, b"%d" % number)
    again = open_spool(disk, clock)
    assert again.put(Lane.METRICS, Kind.SNAPSHOT, b"5") == 6
    assert [kind for _, kind, _ in everything(again, Lane.METRICS)] == [Kind.SNAPSHOT] * 6


@settings(max_examples=100, deadline=None)
@given(steps=STEPS, data=st.data())
def test_a_clean_close_forgets_nothing_and_skips_nothing(
    steps: list[tuple[str, int]], data: st.DataObject
) -> None:
    """Stopped by hand, then the power goes: every sequence is where it was and the next one follows."""
    disk, clock, told = ForgetfulDisk(), HandClock(), Told()
    spool = live(open_spool(disk, clock), disk, clock, steps, told)
    before = {lane: (spool.last(lane), spool.acknowledged(lane), everything(spool, lane)) for lane in Lane}
    epoch = spool.epoch
    spool.close()
    disk.crash(lambda most: data.draw(st.integers(0, most)))
    again = open_spool(disk, clock)
    assert again.epoch == epoch
    for lane in Lane:
        assert (again.last(lane), again.acknowledged(lane), everything(again, lane)) == before[lane]
