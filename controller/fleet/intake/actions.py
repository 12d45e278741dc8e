"""Take in what agents report, once each, whatever came twice, late or not at all (trust.md R1-R5)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from controller.fleet import store as fleet
from controller.fleet.allowance import store as allowances
from controller.fleet.findings import (
    OWN_RULES,
    ConditionsRestated,
    EvidenceReceived,
    EvidenceRefused,
    Finding,
    FindingCleared,
    FindingRaised,
)
from controller.fleet.intake import store
from controller.fleet.intake.blindness import FRESH, Blindness, DownPeriod, opened_at
from controller.fleet.intake.cursor import Cursor, Lane
from controller.fleet.intake.report import (
    RefusedEvidence,
    RefusedRecord,
    Report,
    ReportedDamage,
    ReportedDropped,
    ReportedEvidence,
    ReportedFinding,
    ReportedInventory,
    ReportedSnapshot,
    Taken,
)
from controller.fleet.intake.store import KeptEvidence, KnownFinding
from controller.fleet.inventory.actions import take_inventory
from controller.fleet.inventory.document import Inventory
from controller.fleet.machine import MachineEvent
from controller.fleet.series.store import PackedSnapshot, add_snapshots
from controller.storage import Unit

_NOT_YOURS = RefusedRecord("finding_id", "is another machine's")


async def take_report(unit: Unit, report: Report, down: Sequence[DownPeriod] = ()) -> Taken:
    """`take_reports` of one."""
    return (await take_reports(unit, [report], down))[0]


async def take_reports(
    unit: Unit, reports: Sequence[Report], down: Sequence[DownPeriod] = ()
) -> tuple[Taken, ...]:
    """One transaction takes them all in: cursors, findings, evidence, snapshots, history, and what follows.

    `down` are our controller's own absences (T2). Announces `FindingRaised` once per finding and change of
    severity, `FindingCleared` once, `EvidenceReceived` once per bundle. The answer to acknowledge, in the
    order of `reports`, is good after the commit only.
    """
    intake = _Intake(unit, down)
    cursors = await store.cursors(unit.connection, {report.machine_id for report in reports})
    before = frozenset(cursors)
    touched: set[store.CursorKey] = set()
    await intake.learn(
        entry.record.finding_id
        for report in reports
        for entry in report.entries
        if isinstance(entry.record, ReportedFinding | ReportedEvidence | RefusedEvidence)
    )
    # Copies of one spool count on from the same number: a fault of the second is known by its own id alone.
    two_speak = await fleet.in_quarantine(unit.connection, {report.machine_id for report in reports})
    refused: list[list[tuple[Lane, int, RefusedRecord]]] = []
    for report in reports:
        over = _cleared_in(report)
        here: list[tuple[Lane, int, RefusedRecord]] = []
        for entry in report.entries:
            key = (report.machine_id, report.epoch, entry.lane)
            cursor = cursors.setdefault(key, Cursor())
            touched.add(key)
            new = cursor.take(entry.sequence, unit.now)
            if not new and not (report.machine_id in two_speak and intake.is_unknown(entry.record)):
                continue
            if isinstance(entry.record, ReportedDropped):
                cursor.forgive(entry.record.first, entry.record.last)
            known_once = entry.lane is Lane.FAULTS and entry.sequence <= report.refill_to
            refusal = await intake.take(report, entry.record, None if known_once else over)
            if refusal is not None:
                here.append((entry.lane, entry.sequence, refusal))
                intake.remember_refusal(report, entry.lane, entry.sequence, refusal)
        refused.append(here)
    await store.save_cursors(
        unit.connection,
        {key: cursors[key] for key in sorted(touched - before, key=_order)},
        {key: cursors[key] for key in sorted(touched & before, key=_order)},
    )
    await intake.save()
    return tuple(
        _taken(report, cursors, here, unit.now) for report, here in zip(reports, refused, strict=True)
    )


async def restate(
    unit: Unit,
    report: Report,
    conditions: Sequence[ReportedFinding],
    stated_at: datetime,
    *,
    first: bool,
    down: Sequence[DownPeriod] = (),
) -> None:
    """All that is wrong on a machine right now (R3): a raise that was lost is announced as if it had come.

    The `first` restatement of a stream infers no clears: the true ones, with their times, may still lie in
    the backlog. Later ones do, and announce `ConditionsRestated`.
    """
    intake = _Intake(unit, down)
    await intake.learn(condition.finding_id for condition in conditions)
    stated: list[Finding] = []
    for condition in conditions:
        refusal = await intake.take(report, condition, frozenset())
        if refusal is not None:
            intake.remember_refusal(report, Lane.FAULTS, 0, refusal)
            continue
        stated.append(intake.known[condition.finding_id].finding)
    if not first:
        ids = {finding.finding_id for finding in stated}
        for known in await store.open_findings(unit.connection, report.machine_id):
            ours = known.finding.rule in OWN_RULES
            if not ours and known.finding.finding_id not in ids and known.observed_at < stated_at:
                intake.clear(known, stated_at)
        unit.announce(ConditionsRestated(report.machine_id, stated_at, tuple(stated)))
    await intake.save()


def _order(key: store.CursorKey) -> tuple[UUID, str, int]:
    return key[0], key[1], key[2].value


def _cleared_in(report: Report) -> frozenset[UUID]:
    """Findings whose clear is among these entries."""
    return frozenset(
        entry.record.finding_id
        for entry in report.entries
        if isinstance(entry.record, ReportedFinding) and not entry.record.raised
    )


def _taken(
    report: Report,
    cursors: dict[store.CursorKey, Cursor],
    refused: Iterable[tuple[Lane, int, RefusedRecord]],
    now: datetime,
) -> Taken:
    here = {entry.lane for entry in report.entries} or set(Lane)
    keys = {lane: (report.machine_id, report.epoch, lane) for lane in here}
    lanes = {lane: cursors[key] for lane, key in keys.items() if key in cursors}
    return Taken(
        {lane: cursor.acknowledged(now) for lane, cursor in lanes.items()},
        {lane: cursor.wanted(now) for lane, cursor in lanes.items() if cursor.wanted(now)},
        tuple(refused),
    )


@dataclass(slots=True)
class _Intake:
    """What one unit has learnt so far; written at its end, in few statements, before the events are told."""

    unit: Unit
    down: Sequence[DownPeriod]
    known: dict[UUID, KnownFinding] = field(default_factory=dict)
    new: set[UUID] = field(default_factory=set)
    changed: set[UUID] = field(default_factory=set)
    evidence: dict[UUID, list[KeptEvidence]] = field(default_factory=dict)
    new_evidence: list[KeptEvidence] = field(default_factory=list)
    snapshots: list[PackedSnapshot] = field(default_factory=list)
    history: list[MachineEvent] = field(default_factory=list)

    async def learn(self, finding_ids: Iterable[UUID]) -> None:
        ids = set(finding_ids)
        self.known.update(await store.findings(self.unit.connection, ids))
        self.evidence.update(await store.evidence_of(self.unit.connection, ids))

    async def save(self) -> None:
        connection = self.unit.connection
        await store.add_findings(connection, [self.known[one] for one in sorted(self.new)])
        await store.change_findings(connection, [self.known[one] for one in sorted(self.changed - self.new)])
        await store.add_evidence(connection, self.new_evidence)
        sizes: Counter[UUID] = Counter()
        for kept in self.new_evidence:
            sizes[kept.machine_id] += kept.size_bytes
        await allowances.count(connection, sizes, self.unit.now)
        await add_snapshots(connection, self.snapshots)
        await fleet.remember(connection, self.history)

    async def take(
        self, report: Report, record: object, over: frozenset[UUID] | None
    ) -> RefusedRecord | None:
        """One new record; a refusal when it cannot be taken.

        `over`: findings of which the end is at hand; None for a record that had been taken in before this
        database was restored from a backup: what it opened then is opened again.
        """
        match record:
            case ReportedSnapshot():
                self.snapshots.append(
                    PackedSnapshot(
                        report.machine_id, record.taken_at, record.layout, record.packed, record.gaps
                    )
                )
            case ReportedFinding():
                return await self._finding(report, record, over)
            case ReportedEvidence():
                return self._evidence(report, record)
            case ReportedDropped():
                self._remember(report, "metrics_dropped", first=record.first, last=record.last)
            case ReportedDamage():
                self._remember(
                    report, "spool_damaged", records=record.records, bytes=record.bytes, reason=record.reason
                )
            case ReportedInventory():
                told = Inventory(
                    report.machine_id, record.sha256, record.taken_at, record.ones, record.lists, record.gaps
                )
                await take_inventory(self.unit, told)
            case RefusedEvidence():
                self._refuse_evidence(report, record)
                return record
            case RefusedRecord():
                return record
        return None

    async def _finding(
        self, report: Report, reported: ReportedFinding, over: frozenset[UUID] | None
    ) -> RefusedRecord | None:
        known = self.known.get(reported.finding_id)
        if known is not None and known.finding.machine_id != report.machine_id:
            return _NOT_YOURS
        if known is None:
            await self._first_word(report, reported, over)
        elif not reported.raised:
            self.clear(known, reported.began_at)
        elif known.cleared_at is None and reported.severity is not known.finding.severity:
            changed = replace(
                known, finding=replace(known.finding, severity=reported.severity, facts=reported.facts)
            )
            self._change(changed)
            self._story(report, "finding_changed", reported)
            self.unit.announce(FindingRaised(changed.finding))
        return None

    async def _first_word(
        self, report: Report, reported: ReportedFinding, over: frozenset[UUID] | None
    ) -> None:
        finding = Finding(
            finding_id=reported.finding_id,
            machine_id=report.machine_id,
            rule=reported.rule,
            object=reported.object,
            severity=reported.severity,
            began_at=reported.began_at,
            opened_at=await self._opened_at(report, reported),
            facts=reported.facts,
        )
        is_over = _is_over(report, reported, over)
        cleared_at = None if reported.raised else reported.began_at
        known = KnownFinding(finding, reported.observed_at, cleared_at, is_over or not reported.raised)
        self.known[finding.finding_id] = known
        self.new.add(finding.finding_id)
        self._story(report, "finding_raised" if reported.raised else "finding_cleared", reported)
        if reported.raised:
            self.unit.announce(FindingRaised(finding, already_over=is_over))
            for kept in self.evidence.get(finding.finding_id, ()):
                if kept.machine_id == finding.machine_id:
                    self._announce_evidence(kept)

    def clear(self, known: KnownFinding, at: datetime) -> None:
        """The symptom ended at `at`. Said before (by a restatement)? Then only the time is put right."""
        said_before = known.cleared_at is not None
        self._change(replace(known, cleared_at=at))
        if not said_before:
            finding = replace(known.finding, began_at=at)
            self._remember_at(
                finding.machine_id, at, "finding_cleared", rule=finding.rule, object=finding.object
            )
            self.unit.announce(FindingCleared(finding))

    def _change(self, known: KnownFinding) -> None:
        self.known[known.finding.finding_id] = known
        self.changed.add(known.finding.finding_id)

    def _evidence(self, report: Report, reported: ReportedEvidence) -> RefusedRecord | None:
        known = self.known.get(reported.finding_id)
        if known is not None and known.finding.machine_id != report.machine_id:
            return _NOT_YOURS
        kept = KeptEvidence(
            report.machine_id,
            reported.finding_id,
            reported.sha256,
            reported.size_bytes,
            reported.taken_at,
        )
        before = self.evidence.setdefault(kept.finding_id, [])
        if any(one.machine_id == kept.machine_id and one.sha256 == kept.sha256 for one in before):
            return None
        before.append(kept)
        self.new_evidence.append(kept)
        # Without its finding (a gap before it) it waits in its row until the finding comes.
        if known is not None:
            self._announce_evidence(kept)
        return None

    def _refuse_evidence(self, report: Report, refused: RefusedEvidence) -> None:
        known = self.known.get(refused.finding_id)
        if known is not None and known.finding.machine_id == report.machine_id:
            size, why = refused.size_bytes, refused.why.value
            self.unit.announce(EvidenceRefused(report.machine_id, refused.finding_id, size, why))

    def _announce_evidence(self, kept: KeptEvidence) -> None:
        self.unit.announce(
            EvidenceReceived(kept.machine_id, kept.finding_id, kept.sha256, kept.size_bytes, kept.taken_at)
        )

    async def _opened_at(self, report: Report, reported: ReportedFinding) -> datetime:
        if report.received_at - reported.observed_at <= FRESH:
            return report.received_at
        blind: list[Blindness] = []
        for period in self.down:
            if period.end > report.received_at:
                continue
            if report.machine_id in period.survivors:
                blind.append(Blindness(period.start, period.end))
                continue
            back = await fleet.first_event_after(
                self.unit.connection, report.machine_id, "connected", period.end
            )
            blind.append(Blindness(period.start, back or report.received_at))
        return opened_at(reported.observed_at, report.received_at, blind)

    def is_unknown(self, record: object) -> bool:
        """Whether it is a finding that never came in."""
        return isinstance(record, ReportedFinding) and record.finding_id not in self.known

    def remember_refusal(self, report: Report, lane: Lane, sequence: int, refusal: RefusedRecord) -> None:
        self._remember(
            report,
            "record_refused",
            lane=lane.name.lower(),
            sequence=sequence,
            field=refusal.field,
            limit=refusal.limit,
        )

    def _story(self, report: Report, kind: str, reported: ReportedFinding) -> None:
        self._remember_at(
            report.machine_id,
            reported.began_at,
            kind,
            rule=reported.rule,
            object=reported.object,
            severity=reported.severity.value,
        )

    def _remember(self, report: Report, kind: str, **facts: object) -> None:
        self._remember_at(report.machine_id, report.received_at, kind, **facts)

    def _remember_at(self, machine_id: UUID, at: datetime, kind: str, **facts: object) -> None:
        words = {key: str(value) for key, value in facts.items()}
        self.history.append(MachineEvent(machine_id, at, self.unit.now, kind, words))


def _is_over(report: Report, reported: ReportedFinding, over: frozenset[UUID] | None) -> bool:
    """Whether a raise is replayed history whose end we know of: its clear is in the same batch, or the agent,
    asked later than the rule decided, did not count it among what is wrong (R4)."""
    if over is None or not reported.raised or reported.observed_at >= report.connected_at:
        return False
    if reported.finding_id in over:
        return True
    if report.stated is None or report.stated_at is None:
        return False
    return reported.finding_id not in report.stated and reported.observed_at < report.stated_at
