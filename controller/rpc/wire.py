"""Messages to our types and back. Everything from outside is checked here, and refused by name.

A record that cannot be taken becomes a `RefusedRecord` in its own place; what makes a whole message
meaningless raises `Invalid`.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import isfinite, nan
from uuid import UUID

from controller.core.errors import Invalid
from controller.core.severity import Severity
from controller.fleet.findings import OWN_RULES
from controller.fleet.identity.authority import Authority
from controller.fleet.intake.cursor import SEQUENCE_LIMIT, Lane
from controller.fleet.intake.report import (
    Entry,
    Record,
    RefusedRecord,
    ReportedDamage,
    ReportedDropped,
    ReportedEvidence,
    ReportedFinding,
    ReportedSnapshot,
    Taken,
)
from controller.fleet.limits import facts_within, stored, within
from controller.fleet.machine import GoodbyeReason, Greeting
from controller.fleet.series.packing import VALUES_LIMIT, Channel, Layout, layout, pack
from controller.rpc.inventory import inventory
from protos.vigia.v1 import agent_pb2 as pb
from protos.vigia.v1 import trust_pb2

EVIDENCE_LIMIT_BYTES = 512 * 1024
WATCHES_LIMIT = 64
ABILITIES_LIMIT = 64
LAYOUTS_LIMIT = 64
GAPS_LIMIT = 64
CONDITIONS_LIMIT = 500
ATTRIBUTES_LIMIT = 16

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_000  # the end of the year 9999
# An instant further back than any spool reaches is a clock that was never set.
_LONG_AGO = timedelta(days=60)
# Below this the "offset" is the network's delay.
_NOISE = timedelta(seconds=1)
_RULE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")

_SEVERITIES = {
    pb.SEVERITY_NORMAL: Severity.NORMAL,
    pb.SEVERITY_HIGH: Severity.HIGH,
    pb.SEVERITY_CRITICAL: Severity.CRITICAL,
}
_GOODBYES = {
    pb.GOODBYE_REASON_STOPPED: GoodbyeReason.STOPPED,
    pb.GOODBYE_REASON_SHUTDOWN: GoodbyeReason.SHUTDOWN,
    pb.GOODBYE_REASON_REBOOT: GoodbyeReason.REBOOT,
    pb.GOODBYE_REASON_SUSPEND: GoodbyeReason.SUSPEND,
    pb.GOODBYE_REASON_UPDATE: GoodbyeReason.UPDATE,
}
_LANES = {pb.LANE_FAULTS: Lane.FAULTS, pb.LANE_METRICS: Lane.METRICS}


def milliseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(milliseconds=1)


class AgentClock:
    """An agent's clock against ours: the smallest of the last delays is the nearest to the true offset."""

    def __init__(self) -> None:
        self._delays: deque[timedelta] = deque(maxlen=8)

    def sample(self, sent_at_unix_ms: int, received_at: datetime) -> None:
        """From a message that says when it was sent. An impossible instant teaches nothing."""
        if 0 < sent_at_unix_ms <= _LAST_MS:
            self._delays.append(received_at - (_EPOCH + timedelta(milliseconds=sent_at_unix_ms)))

    @property
    def offset(self) -> timedelta:
        """What to add to the agent's instants to get ours; zero while it is but the network's delay."""
        smallest = min(self._delays, default=timedelta())
        return smallest if abs(smallest) >= _NOISE else timedelta()

    def ours(self, field: str, unix_ms: int, received_at: datetime) -> datetime:
        """The agent's instant on our clock, never after `received_at`. Raises `Invalid` for one that cannot
        be; one from long before any spool becomes the receipt: that clock was never set."""
        if not 0 < unix_ms <= _LAST_MS:
            raise Invalid(field, "must be milliseconds from 1970 to 9999")
        try:
            instant = _EPOCH + timedelta(milliseconds=unix_ms) + self.offset
        except OverflowError as error:
            raise Invalid(field, "must be milliseconds from 1970 to 9999") from error
        if instant < received_at - _LONG_AGO:
            return received_at
        return min(instant, received_at)


def greeting(hello: pb.Hello, received_at: datetime, clock: AgentClock) -> Greeting:
    """Raises `Invalid` naming field and limit."""
    if not hello.spool_epoch:
        raise Invalid("hello.spool_epoch", "must not be empty")
    if len(hello.watches) > WATCHES_LIMIT:
        raise Invalid("hello.watches", f"at most {WATCHES_LIMIT}")
    if len(hello.abilities) > ABILITIES_LIMIT:
        raise Invalid("hello.abilities", f"at most {ABILITIES_LIMIT}")
    clock.sample(hello.sent_at_unix_ms, received_at)
    boot_at = None
    if hello.boot_at_unix_ms:
        if not 0 < hello.boot_at_unix_ms <= _LAST_MS:
            raise Invalid("hello.boot_at_unix_ms", "must be milliseconds from 1970 to 9999")
        boot_at = min(_EPOCH + timedelta(milliseconds=hello.boot_at_unix_ms), received_at)
    return Greeting(
        agent_version=_name("hello.agent_version", hello.agent_version),
        host_name=_name("hello.host_name", hello.host_name),
        os_name=_name("hello.os_name", hello.os_name),
        os_version=_name("hello.os_version", hello.os_version),
        architecture=_name("hello.architecture", hello.architecture),
        boot_id=_name("hello.boot_id", hello.boot_id),
        boot_at=boot_at,
        spool_epoch=stored(within("hello.spool_epoch", hello.spool_epoch, 64)),
        watches=tuple(_name("hello.watches", watch) for watch in hello.watches),
        offset=clock.offset,
        abilities=tuple(_name("hello.abilities", ability) for ability in hello.abilities),
        faults_acknowledged=min(hello.faults_acknowledged, SEQUENCE_LIMIT),
    )


def goodbye(message: pb.Goodbye, clock: AgentClock) -> tuple[GoodbyeReason, datetime | None]:
    """An unknown reason counts as a shutdown: believed for half an hour, not for ever."""
    reason = _GOODBYES.get(message.reason, GoodbyeReason.SHUTDOWN)
    if not 0 < message.expected_return_unix_ms <= _LAST_MS:
        return reason, None
    try:
        return reason, _EPOCH + timedelta(milliseconds=message.expected_return_unix_ms) + clock.offset
    except OverflowError:
        return reason, None


def layout_of(message: pb.Layout) -> Layout:
    """Raises `Invalid` naming field and limit."""
    if not 0 < len(message.series) <= VALUES_LIMIT:
        raise Invalid("layout.series", f"from 1 to {VALUES_LIMIT}")
    return layout([_channel(series) for series in message.series])


def _channel(series: pb.Series) -> Channel:
    if len(series.attributes) > ATTRIBUTES_LIMIT:
        raise Invalid("layout.series.attributes", f"at most {ATTRIBUTES_LIMIT}")
    attributes = {
        _name("layout.series.attributes key", key): _name("layout.series.attributes", value)
        for key, value in series.attributes.items()
    }
    name = _name("layout.series.name", series.name)
    return Channel(name, stored(within("layout.series.unit", series.unit, 32)), attributes)


def entry(
    spooled: pb.Spooled, layouts: Mapping[int, Layout], clock: AgentClock, received_at: datetime
) -> Entry:
    """Raises `Invalid` when it has no place in a lane; a record that cannot be taken is in it as refused."""
    lane = _LANES.get(spooled.lane)
    if lane is None:
        raise Invalid("spooled.lane", "must be faults or metrics")
    if not 0 < spooled.sequence <= SEQUENCE_LIMIT:
        raise Invalid("spooled.sequence", f"must be from 1 to {SEQUENCE_LIMIT}")
    try:
        record = _record(spooled, layouts, clock, received_at)
    except Invalid as error:
        record = RefusedRecord(error.field, error.limit)
    return Entry(lane, spooled.sequence, record)


def _record(
    spooled: pb.Spooled, layouts: Mapping[int, Layout], clock: AgentClock, received_at: datetime
) -> Record:
    match spooled.WhichOneof("record"):
        case "finding":
            return finding(spooled.finding, clock, received_at)
        case "evidence":
            return _evidence(spooled.evidence, clock, received_at)
        case "snapshot":
            return _snapshot(spooled.snapshot, layouts, clock, received_at)
        case "dropped":
            first, last = spooled.dropped.from_sequence, spooled.dropped.to_sequence
            if not 0 < first <= last <= SEQUENCE_LIMIT:
                raise Invalid("dropped", "must be a span of sequences")
            return ReportedDropped(first, last)
        case "inventory":
            told = spooled.inventory
            at = clock.ours("inventory.taken_at_unix_ms", told.taken_at_unix_ms, received_at)
            return inventory(told, at)
        case "damage":
            damage = spooled.damage
            reason = stored(within("damage.reason", damage.reason, 2_000))
            return ReportedDamage(damage.records, damage.bytes, reason)
        case _:
            raise Invalid("spooled.record", "is none that this controller knows")


def finding(message: pb.Finding, clock: AgentClock, received_at: datetime) -> ReportedFinding:
    """Raises `Invalid` naming field and limit."""
    try:
        finding_id = UUID(within("finding.finding_id", message.finding_id, 36))
    except ValueError as error:
        raise Invalid("finding.finding_id", "must be a UUID") from error
    rule = within("finding.rule", message.rule)
    if not _RULE.fullmatch(rule) or rule in OWN_RULES:
        raise Invalid("finding.rule", "must be the id of an agent's rule, as in filesystem.space")
    if message.state not in (pb.FINDING_STATE_RAISED, pb.FINDING_STATE_CLEARED):
        raise Invalid("finding.state", "must be raised or cleared")
    return ReportedFinding(
        finding_id=finding_id,
        rule=rule,
        object=_name("finding.object", message.object),
        raised=message.state == pb.FINDING_STATE_RAISED,
        severity=_SEVERITIES.get(message.proposed_severity, Severity.NORMAL),
        began_at=clock.ours("finding.began_at_unix_ms", message.began_at_unix_ms, received_at),
        observed_at=clock.ours("finding.observed_at_unix_ms", message.observed_at_unix_ms, received_at),
        facts=facts_within("finding.facts", message.facts.items()),
    )


def conditions(
    message: pb.OpenConditions, clock: AgentClock, received_at: datetime
) -> tuple[tuple[ReportedFinding, ...], datetime]:
    """All or nothing: one that was left out would look like one that ended. Raises `Invalid`."""
    if len(message.conditions) > CONDITIONS_LIMIT:
        raise Invalid("open_conditions.conditions", f"at most {CONDITIONS_LIMIT}")
    stated_at = clock.ours("open_conditions.stated_at_unix_ms", message.stated_at_unix_ms, received_at)
    found = tuple(finding(one, clock, received_at) for one in message.conditions)
    if not all(one.raised for one in found):
        raise Invalid("open_conditions.conditions", "must all be raised")
    return found, stated_at


def _evidence(message: pb.Evidence, clock: AgentClock, received_at: datetime) -> ReportedEvidence:
    if not 0 < len(message.bundle) <= EVIDENCE_LIMIT_BYTES:
        raise Invalid("evidence.bundle", f"from 1 to {EVIDENCE_LIMIT_BYTES} bytes")
    try:
        finding_id = UUID(within("evidence.finding_id", message.finding_id, 36))
    except ValueError as error:
        raise Invalid("evidence.finding_id", "must be a UUID") from error
    digest = sha256(message.bundle)
    if digest.digest() != message.sha256:
        raise Invalid("evidence.sha256", "must be the bundle's")
    taken_at = clock.ours("evidence.taken_at_unix_ms", message.taken_at_unix_ms, received_at)
    return ReportedEvidence(finding_id, digest.hexdigest(), len(message.bundle), taken_at)


def _snapshot(
    message: pb.Snapshot, layouts: Mapping[int, Layout], clock: AgentClock, received_at: datetime
) -> ReportedSnapshot:
    known = layouts.get(message.layout_id)
    if known is None:
        raise Invalid("snapshot.layout_id", "must be that of a layout sent before on this connection")
    if len(message.values) != known.size:
        raise Invalid("snapshot.values", f"must be {known.size}, as the layout says")
    if len(message.gaps) > GAPS_LIMIT:
        raise Invalid("snapshot.gaps", f"at most {GAPS_LIMIT}")
    taken_at = clock.ours("snapshot.taken_at_unix_ms", message.taken_at_unix_ms, received_at)
    gaps = {
        _name("snapshot.gaps.collector", gap.collector): stored(
            within("snapshot.gaps.reason", gap.reason, 2_000)
        )
        for gap in message.gaps
    }
    values = [value if isfinite(value) else nan for value in message.values]
    return ReportedSnapshot(taken_at, known, pack(values), gaps or None)


def _name(field: str, value: str) -> str:
    return stored(within(field, value))


# -- to the agent --------------------------------------------------------------------------------------


def ack(epoch: str, lane: Lane, up_to: int) -> pb.ControllerItem:
    return pb.ControllerItem(
        ack=pb.Ack(spool_epoch=epoch, lane=pb.Lane.ValueType(lane.value), up_to_sequence=up_to)
    )


def welcome(
    agent_id: UUID,
    now: datetime,
    beat_interval_s: int,
    snapshot_interval_s: int,
    epoch: str,
    resume: Mapping[Lane, int],
) -> pb.ControllerItem:
    return pb.ControllerItem(
        welcome=pb.Welcome(
            agent_id=str(agent_id),
            controller_time_unix_ms=milliseconds(now),
            beat_interval_s=beat_interval_s,
            snapshot_interval_s=snapshot_interval_s,
            resume=[ack(epoch, lane, up_to).ack for lane, up_to in resume.items()],
        )
    )


def resends(taken: Taken) -> Iterable[pb.ControllerItem]:
    for lane, gaps in taken.wanted.items():
        for gap in gaps:
            yield pb.ControllerItem(
                resend=pb.Resend(
                    lane=pb.Lane.ValueType(lane.value), from_sequence=gap.first, to_sequence=gap.last
                )
            )


def refusal(lane: Lane, sequence: int, field: str, limit: str) -> pb.ControllerItem:
    return pb.ControllerItem(
        refusal=pb.Refusal(
            lane=pb.Lane.ValueType(lane.value), sequence=sequence, field=field[:255], limit=limit[:255]
        )
    )


def farewell(reason: str, retry_after_s: int = 0) -> pb.ControllerItem:
    return pb.ControllerItem(farewell=pb.Farewell(reason=reason, retry_after_s=retry_after_s))


def roots(authority: Authority) -> trust_pb2.Roots:
    """What is trusted here, as machines are told."""
    return trust_pb2.Roots(roots=[one.der for one in authority.roots], crosses=authority.crosses)


def roots_item(authority: Authority) -> pb.ControllerItem:
    return pb.ControllerItem(roots=roots(authority))
