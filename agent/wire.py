"""Our types to messages and back: the only file besides the link that knows the generated stubs.

A spooled record's payload is a serialised `Spooled` without lane and sequence, which are the spool's to give.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import islice
from typing import Any

from agent.identity import Offered
from agent.layouts import Series
from agent.signals import Finding, FindingState, Gap, Severity
from agent.spool import Kind, Lane, Record
from protos.vigia.v1 import agent_pb2 as pb
from protos.vigia.v1 import inventory_pb2, trust_pb2

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATES = {
    FindingState.RAISED: pb.FINDING_STATE_RAISED,
    FindingState.CLEARED: pb.FINDING_STATE_CLEARED,
}
_SEVERITIES = {
    Severity.NORMAL: pb.SEVERITY_NORMAL,
    Severity.HIGH: pb.SEVERITY_HIGH,
    Severity.CRITICAL: pb.SEVERITY_CRITICAL,
}
_LANES = {Lane.FAULTS: pb.LANE_FAULTS, Lane.METRICS: pb.LANE_METRICS}
_LANES_BACK = {number: lane for lane, number in _LANES.items()}
TEXT_MAX = 255
FACT_MAX = 2_000
FACTS_MAX = 64
GAPS_MAX = 64
CONDITIONS_MAX = 500
LAST_MS = 253_402_300_799_000
DETAIL_MAX = 500
ROOTS_MAX = 16
ROOT_MAX_BYTES = 4_096


class Leaving(Enum):
    """Why the agent says goodbye (trust.md R6)."""

    STOPPED = "stopped"
    SHUTDOWN = "shutdown"
    REBOOT = "reboot"
    SUSPEND = "suspend"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All values of one moment in the layout's order, NaN where unknown, and who could not say."""

    layout_id: int
    taken_at: datetime
    values: tuple[float, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Introduction:
    """What the agent says of itself at the start of a stream; a signal, never an identity."""

    agent_version: str
    host_name: str
    os_name: str
    os_version: str
    architecture: str
    role: str
    boot_id: str
    boot_at: datetime | None
    watches: tuple[str, ...] = ()
    abilities: tuple[str, ...] = ()


def milliseconds(instant: datetime) -> int:
    """Since 1970, as the messages count."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def instant(unix_ms: int) -> datetime:
    """Back again; raises OverflowError beyond year 9999."""
    return _EPOCH + timedelta(milliseconds=unix_ms)


# -- into the spool ------------------------------------------------------------------------------------


def finding_payload(finding: Finding) -> bytes:
    return pb.Spooled(finding=_finding(finding)).SerializeToString()


def evidence_payload(finding_id: str, sha256: bytes, bundle: bytes, taken_at: datetime) -> bytes:
    return pb.Spooled(
        evidence=pb.Evidence(
            finding_id=finding_id, sha256=sha256, bundle=bundle, taken_at_unix_ms=milliseconds(taken_at)
        )
    ).SerializeToString()


def snapshot_payload(snapshot: Snapshot) -> bytes:
    return pb.Spooled(
        snapshot=pb.Snapshot(
            layout_id=snapshot.layout_id,
            taken_at_unix_ms=milliseconds(snapshot.taken_at),
            values=snapshot.values,
            gaps=[
                pb.Gap(collector=_short(gap.collector), reason=_short(gap.reason))
                for gap in snapshot.gaps[:GAPS_MAX]
            ],
        )
    ).SerializeToString()


def inventory_payload(document: Mapping[str, Any], sha256: bytes, taken_at: datetime) -> bytes:
    """A document of `agent.inventory`: its keys are the message's fields. Raises ValueError or TypeError."""
    told = inventory_pb2.Inventory(sha256=sha256, taken_at_unix_ms=milliseconds(taken_at))
    for section, value in document.items():
        if isinstance(value, Mapping):
            for field, one in value.items():
                setattr(getattr(told, section), field, one)
        else:
            for entry in value:
                getattr(told, section).add(**entry)
    return pb.Spooled(inventory=told).SerializeToString()


def _finding(finding: Finding) -> pb.Finding:
    return pb.Finding(
        finding_id=finding.finding_id,
        rule=finding.rule,
        object=_short(finding.object),
        state=_STATES[finding.state],
        proposed_severity=_SEVERITIES[finding.severity],
        began_at_unix_ms=milliseconds(finding.began_at),
        observed_at_unix_ms=milliseconds(finding.observed_at),
        facts={_short(key): _short(told, FACT_MAX) for key, told in list(finding.facts.items())[:FACTS_MAX]},
    )


def _short(text: str, most: int = TEXT_MAX) -> str:
    # The controller refuses longer ones (trust.md "Limits"), and lone surrogates (a mount point that is not
    # UTF-8) are refused by protobuf itself.
    return text.encode(errors="replace").decode(errors="replace")[:most]


# -- to the controller ---------------------------------------------------------------------------------


def hello(
    introduction: Introduction, spool_epoch: str, now: datetime, faults_acknowledged: int = 0
) -> pb.AgentItem:
    boot_at = milliseconds(introduction.boot_at) if introduction.boot_at else 0
    return pb.AgentItem(
        hello=pb.Hello(
            agent_version=introduction.agent_version,
            host_name=_short(introduction.host_name),
            os_name=_short(introduction.os_name),
            os_version=_short(introduction.os_version),
            architecture=_short(introduction.architecture),
            role=introduction.role,
            boot_id=introduction.boot_id,
            boot_at_unix_ms=boot_at,
            sent_at_unix_ms=milliseconds(now),
            spool_epoch=spool_epoch,
            watches=introduction.watches,
            abilities=introduction.abilities,
            faults_acknowledged=faults_acknowledged,
        )
    )


def layout(layout_id: int, columns: Iterable[Series]) -> pb.AgentItem:
    series = [
        pb.Series(
            name=one.name,
            unit=one.unit,
            attributes={_short(key): _short(about) for key, about in one.attributes},
        )
        for one in columns
    ]
    return pb.AgentItem(layout=pb.Layout(layout_id=layout_id, series=series))


def spooled(record: Record) -> pb.AgentItem:
    """The record under its identity. Raises ValueError when its payload cannot be read."""
    message = pb.Spooled()
    if record.kind is Kind.DROPPED:
        held = json.loads(record.payload)
        message.dropped.from_sequence, message.dropped.to_sequence = held["from"], held["to"]
    elif record.kind is Kind.DAMAGE:
        held = json.loads(record.payload)
        message.damage.records, message.damage.bytes = held["records"], held["bytes"]
        message.damage.reason = held["reason"]
    else:
        try:
            message.ParseFromString(record.payload)
        except Exception as error:  # protobuf's DecodeError differs between its backends
            raise ValueError(str(error)) from None
    message.lane = _LANES[record.lane]
    message.sequence = record.sequence
    return pb.AgentItem(spooled=message)


def layout_of(item: pb.AgentItem) -> int | None:
    """The layout a spooled snapshot needs, None for anything else."""
    if item.spooled.WhichOneof("record") == "snapshot":
        return item.spooled.snapshot.layout_id
    return None


def open_conditions(findings: Iterable[Finding], now: datetime) -> pb.AgentItem:
    return pb.AgentItem(
        open_conditions=pb.OpenConditions(
            conditions=[_finding(finding) for finding in islice(findings, CONDITIONS_MAX)],
            stated_at_unix_ms=milliseconds(now),
        )
    )


def beat(now: datetime) -> pb.AgentItem:
    return pb.AgentItem(beat=pb.Beat(sent_at_unix_ms=milliseconds(now)))


def goodbye(reason: Leaving, expected_return: datetime | None = None) -> pb.AgentItem:
    number = pb.GoodbyeReason.Value(f"GOODBYE_REASON_{reason.name}")
    back_ms = milliseconds(expected_return) if expected_return else 0
    return pb.AgentItem(goodbye=pb.Goodbye(reason=number, expected_return_unix_ms=back_ms))


class OrderStage(Enum):
    """How far an order is, as the controller is told; that it is done says the upload."""

    COLLECTING = "collecting"
    UPLOADING = "uploading"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OrderReport:
    """`reason` is one word of the protocol, `detail` for people."""

    order_id: str
    stage: OrderStage
    items_done: int = 0
    items_total: int = 0
    size_bytes: int = 0
    reason: str = ""
    detail: str = ""


def order_report(report: OrderReport) -> pb.AgentItem:
    return pb.AgentItem(
        order_report=pb.OrderReport(
            order_id=report.order_id,
            state=pb.OrderState.Value(f"ORDER_STATE_{report.stage.name}"),
            items_done=report.items_done,
            items_total=report.items_total,
            size_bytes=report.size_bytes,
            reason=report.reason,
            detail=_short(report.detail, DETAIL_MAX),
        )
    )


# -- from the controller -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Welcomed:
    """Answer to our hello; `resume` is what the controller has committed of our epoch."""

    agent_id: str
    controller_time: datetime
    beat_interval_s: float
    snapshot_interval_s: float
    resume: Mapping[Lane, int]
    roots: Offered | None = None
    enrolment_endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Everything of that lane up to there is committed."""

    epoch: str
    lane: Lane
    up_to: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The controller misses first..last of a lane."""

    lane: Lane
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Dismissed:
    """The controller ends the stream; None: no hint when to return."""

    reason: str
    retry_after_s: float | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A record of ours that the controller could not take; it is acknowledged all the same."""

    lane: str
    sequence: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """Something to be done for a case; said again until its end is known. `profile` is empty for an act that
    this version does not know."""

    order_id: str
    case: str
    asked_by: str
    expires_at: datetime
    profile: str


Heard = Welcomed | Offered | Acknowledged | Asked | Dismissed | Refused | Ordered


def heard(response: pb.ConnectResponse, epoch: str) -> list[Heard]:
    """What a message says, in order; items this version does not know are passed over."""
    told: list[Heard] = []
    for item in response.items:
        match item.WhichOneof("item"):
            case "welcome":
                told.append(_welcomed(item.welcome, epoch))
            case "ack" if item.ack.lane in _LANES_BACK:
                told.append(
                    Acknowledged(item.ack.spool_epoch, _LANES_BACK[item.ack.lane], item.ack.up_to_sequence)
                )
            case "resend" if item.resend.lane in _LANES_BACK:
                asked = item.resend
                told.append(Asked(_LANES_BACK[asked.lane], asked.from_sequence, asked.to_sequence))
            case "refusal":
                refusal = item.refusal
                reason = f"{refusal.field[:TEXT_MAX]}: {refusal.limit[:TEXT_MAX]}"
                lane = _LANES_BACK.get(refusal.lane)
                told.append(Refused(lane.name if lane else "?", refusal.sequence, reason))
            case "order":
                told.append(_ordered(item.order))
            case "roots":
                told.append(offered(item.roots))
            case "farewell":
                told.append(Dismissed(item.farewell.reason[:TEXT_MAX], item.farewell.retry_after_s or None))
    return told


def _ordered(order: pb.Order) -> Ordered:
    return Ordered(
        order_id=order.order_id[:TEXT_MAX],
        case=order.case[:TEXT_MAX],
        asked_by=order.asked_by[:TEXT_MAX],
        expires_at=instant(max(0, min(order.expires_at_unix_ms, LAST_MS))),
        profile=order.pull.profile[:TEXT_MAX] if order.WhichOneof("act") == "pull" else "",
    )


def _welcomed(welcome: pb.Welcome, epoch: str) -> Welcomed:
    resume = {
        _LANES_BACK[ack.lane]: ack.up_to_sequence
        for ack in welcome.resume
        if ack.spool_epoch == epoch and ack.lane in _LANES_BACK
    }
    return Welcomed(
        agent_id=welcome.agent_id,
        controller_time=instant(max(0, min(welcome.controller_time_unix_ms, LAST_MS))),
        beat_interval_s=min(60.0, max(1.0, welcome.beat_interval_s or 10.0)),
        snapshot_interval_s=min(300.0, max(5.0, welcome.snapshot_interval_s or 10.0)),
        resume=resume,
        roots=offered(welcome.roots) if welcome.HasField("roots") else None,
        enrolment_endpoint=welcome.enrolment_endpoint[:TEXT_MAX],
    )


def offered(roots: trust_pb2.Roots) -> Offered:
    """No more and no bigger ones than an authority could mean."""
    kept = [
        tuple(one for one in list(ders)[:ROOTS_MAX] if len(one) <= ROOT_MAX_BYTES)
        for ders in (roots.roots, roots.crosses)
    ]
    return Offered(*kept)
