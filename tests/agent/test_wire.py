"""Our types as messages: nothing the controller would refuse leaves, nothing it says surprises us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import wire
from agent.layouts import Series
from agent.signals import Finding, FindingState, Gap, Severity
from agent.spool import Kind, Lane, Record
from agent.spool.record import damage_payload, dropped
from protos.vigia.v1 import agent_pb2 as pb
from tests.support.agent_fakes import EPOCH

ANY_TEXT = st.text(st.characters(), max_size=400)  # lone surrogates included: file names are like that


@given(name=ANY_TEXT, key=ANY_TEXT, fact=st.text(st.characters(), max_size=3_000))
def test_a_finding_is_sent_whatever_a_name_holds(name: str, key: str, fact: str) -> None:
    finding = Finding(
        "id", "filesystem.space", name, FindingState.RAISED, Severity.HIGH, EPOCH, EPOCH, {key: fact}
    )
    record = Record(Lane.FAULTS, 7, Kind.FINDING, 0, wire.finding_payload(finding))
    sent = wire.spooled(record).spooled
    assert (sent.lane, sent.sequence, sent.finding.rule) == (pb.LANE_FAULTS, 7, "filesystem.space")
    assert len(sent.finding.object) <= 255
    assert all(len(label) <= 255 and len(told) <= 2_000 for label, told in sent.finding.facts.items())


@given(attribute=ANY_TEXT, collector=ANY_TEXT, reason=ANY_TEXT)
def test_layouts_and_gaps_keep_the_limits(attribute: str, collector: str, reason: str) -> None:
    series = wire.layout(3, [Series("system.filesystem.usage", "By", (("path", attribute),))]).layout.series
    assert len(series[0].attributes["path"]) <= 255
    gaps = (Gap(collector, reason),) * 100
    payload = wire.snapshot_payload(wire.Snapshot(3, EPOCH, (1.0,), gaps))
    snapshot = wire.spooled(Record(Lane.METRICS, 1, Kind.SNAPSHOT, 0, payload)).spooled.snapshot
    assert len(snapshot.gaps) == 64
    assert len(snapshot.gaps[0].collector) <= 255


def test_holes_and_damage_have_their_messages() -> None:
    hole = wire.spooled(dropped(Lane.METRICS, 3, 9)).spooled
    assert (hole.sequence, hole.dropped.from_sequence, hole.dropped.to_sequence) == (9, 3, 9)
    payload = damage_payload(2, 80, "unreadable")
    damage = wire.spooled(Record(Lane.FAULTS, 4, Kind.DAMAGE, 0, payload)).spooled.damage
    assert (damage.records, damage.bytes, damage.reason) == (2, 80, "unreadable")


@pytest.mark.parametrize("kind", [Kind.FINDING, Kind.SNAPSHOT, Kind.DROPPED, Kind.DAMAGE])
def test_what_cannot_be_read_is_an_error_of_ours(kind: Kind) -> None:
    with pytest.raises((ValueError, KeyError)):
        wire.spooled(Record(Lane.FAULTS, 1, kind, 0, b"\xff\xff{"))


def test_what_the_controller_says_is_bounded_and_the_unknown_passed_over() -> None:
    response = pb.ConnectResponse(
        items=[
            pb.ControllerItem(),
            pb.ControllerItem(ack=pb.Ack(spool_epoch="e", lane=pb.Lane.ValueType(9), up_to_sequence=1)),
            pb.ControllerItem(welcome=pb.Welcome(beat_interval_s=10**6, controller_time_unix_ms=2**62)),
            pb.ControllerItem(
                refusal=pb.Refusal(lane=pb.Lane.ValueType(9), field="finding.rule", limit="bad")
            ),
            pb.ControllerItem(farewell=pb.Farewell(reason="x" * 999)),
        ]
    )
    welcomed, refused, dismissed = wire.heard(response, "e")
    assert isinstance(welcomed, wire.Welcomed)
    assert welcomed.beat_interval_s == 60.0
    assert refused == wire.Refused("?", 0, "finding.rule: bad")
    assert dismissed == wire.Dismissed("x" * 255, None)


def test_resume_counts_only_for_our_epoch() -> None:
    acks = [pb.Ack(spool_epoch=epoch, lane=pb.LANE_FAULTS, up_to_sequence=5) for epoch in ("other", "ours")]
    response = pb.ConnectResponse(items=[pb.ControllerItem(welcome=pb.Welcome(resume=acks[:1]))])
    (welcomed,) = wire.heard(response, "ours")
    assert isinstance(welcomed, wire.Welcomed)
    assert welcomed.resume == {}
