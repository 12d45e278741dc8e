"""What belongs to an incident's page besides its own story: its pause, its duplicates, who is writing, and
what a change of severity would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.core.severity import Severity
from controller.fleet import store as fleet
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.drafts import store as drafts
from controller.incidents.drafts.draft import FRESH, Draft
from controller.incidents.duplicates import store as mergers
from controller.incidents.duplicates.family import merged_into, merged_ones
from controller.incidents.pauses import store as pauses
from controller.incidents.pauses.pause import Pause
from controller.sla import effect
from controller.sla.ledger import Explanation, events_of
from controller.sla.proof import corrections
from controller.storage import Connection
from controller.web.console.clockface import LABELS
from controller.web.console.queue import title_of
from controller.web.console.steps import Step, steps
from controller.words import clocks, formats, story
from controller.words.catalogue import Translator

MOST_OFFERED = 50


@dataclass(frozen=True, slots=True)
class Other:
    """An incident that was merged with this one, with its whole story."""

    reference: str
    path: str
    title: str
    opened_at: datetime
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    said: str
    told: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Writer:
    name: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Companions:
    """`into`: the one that goes on for this one. `symptoms_last`: a merged one's fault does. `offered`: the
    customer's other open incidents, as (reference, words)."""

    pause: Pause | None
    into: Other | None
    merged: tuple[Other, ...]
    symptoms_last: bool
    writers: tuple[Writer, ...]
    draft: Draft | None
    offered: tuple[tuple[str, str], ...]


async def companions_of(
    connection: Connection, case: Incident, zone: str, user_id: UUID | None, staff: Mapping[UUID, str],
    now: datetime, words: Translator,
) -> Companions:  # fmt: skip
    """All of it, in one view of the database."""
    machines = {one.id: one.name for one in await fleet.machines(connection, case.customer_id)}

    async def other(one: Incident) -> Other:
        entries = await incidents.timeline(connection, one.id)
        name = machines.get(one.machine_id, "") if one.machine_id else ""
        return Other(
            one.reference, f"/incidents/{one.reference}", title_of(one, name, words), one.opened_at,
            steps(entries, zone, name, words),
        )  # fmt: skip

    into = await merged_into(connection, case.id)
    writing = await drafts.drafts_since(connection, case.id, now - FRESH)
    return Companions(
        pause=await pauses.pause_of(connection, case.id),
        into=await other(into) if into else None,
        merged=tuple([await other(one) for one in await merged_ones(connection, case.id)]),
        symptoms_last=await mergers.symptoms_last(connection, case.id),
        writers=tuple(
            Writer(staff[one.user_id], one.saved_at)
            for one in writing
            if one.user_id != user_id and one.user_id in staff
        ),
        draft=await drafts.draft_of(connection, case.id, user_id) if user_id else None,
        offered=await _offered(connection, case, machines, words),
    )


async def _offered(
    connection: Connection, case: Incident, machines: Mapping[UUID, str], words: Translator
) -> tuple[tuple[str, str], ...]:
    if case.state is not CaseState.OPEN:
        return ()
    found = await incidents.queue(
        connection, state=CaseState.OPEN, customer_id=case.customer_id, limit=MOST_OFFERED
    )
    return tuple(
        (one.reference, title_of(one, machines.get(one.machine_id, "") if one.machine_id else "", words))
        for one in found
        if one.id != case.id
    )


def waiting(pause: Pause | None, words: Translator) -> Waiting | None:
    """An open pause, as staff read it."""
    if pause is None:
        return None
    return Waiting(story.reason(words, pause.awaited.reason), pause.told, pause.until)


@dataclass(frozen=True, slots=True)
class Change:
    """What a severity would do to a clock: its deadline now and then, None where none runs."""

    label: str
    before: datetime | None
    after: datetime | None
    missed: bool


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    present: bool
    changes: tuple[Change, ...]


def severities(told: Explanation, words: Translator) -> tuple[Choice, ...]:
    """Each severity of the plan, with what it would do to the clocks that run."""
    present = told.incident.severity.value
    return tuple(
        Choice(
            one.value,
            one.value == present,
            tuple(
                Change(words._(LABELS.get(found.clock, found.clock)), found.before, found.after, found.missed)
                for found in (effect.of_severity(told, one.value) if one.value != present else ())
            ),
        )
        for one in Severity
        if one.value in told.plan.severities
    )


def corrected(told: Explanation, zone: str, words: Translator) -> tuple[str, ...]:
    """Alarms that were right by what was known, and what took them back (contract.md T7)."""
    found = corrections(told.plan, told.governing.calendars, events_of(told.entries), told.state.as_of)
    return tuple(
        words._(
            "{clock}: alarm {alarm}, corrected {at} by something written down late",
            clock=words._(LABELS.get(one.breach.clock, clocks.clock(words, one.breach.clock))),
            alarm=formats.instant(one.breach.at, words.language, zone),
            at=formats.instant(one.corrected_at, words.language, zone),
        )
        for one in found
    )
