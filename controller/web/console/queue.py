"""The queue: open incidents, the promise that ends first on top."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.severity import Severity
from controller.escalation.acknowledgement import store as acknowledgement
from controller.escalation.acknowledgement.round import Round
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.fleet.machine import Machine
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.mentions import store as mentions
from controller.incidents.pauses import store as pauses
from controller.incidents.pressing import store as pressing
from controller.people import store as people
from controller.sla import ledger
from controller.sla.plan import Plan
from controller.sla.state import State
from controller.storage import Connection
from controller.web.console.clockface import Face, faces, first_warning, next_face
from controller.web.duty import waiting
from controller.web.pages import pages_of
from controller.web.reader import Here, Staff
from controller.words import rules
from controller.words.catalogue import Translator

router = APIRouter()
MOST = 200
SOON = timedelta(hours=1)
Kind = TypeVar("Kind", CaseState, Severity)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One incident as a line of the queue. `clock` is the promise that ends first, None when none runs."""

    reference: str
    path: str
    severity: str
    state: str
    title: str
    machine: str
    customer: str
    zone: str
    level: int
    owner: str
    opened_at: datetime
    cleared: bool
    count: int
    clock: Face | None
    waiting: bool
    # "waiting for Ana to acknowledge since 03:10", "" when nobody is waited for.
    asked: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The strip above the queue: figures of everything open, whatever the filters say."""

    open: int
    late: int
    soon: int
    machines: int
    watched: int
    silent: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter: its field's name, label, options (value, words) and the one that is chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@router.get("/")
async def home() -> Response:
    return RedirectResponse("/incidents", 303)


@router.get("/incidents")
async def queue_page(
    request: Request,
    reader: Staff,
    context: Here,
    state: str = "open",
    severity: str = "",
    level: str = "",
    customer: str = "",
    names: str = "",
) -> Response:
    """Filters are plain GET fields; a value that is none of ours filters nothing. `names`: "me" for those in
    whose notes the reader is named."""
    now = context.clock.now()
    async with context.storage.reading() as connection:
        customers = {one.id: one for one in await fleet.customers(connection)}
        machines = {one.id: one for one in await fleet.machines(connection)}
        owners = {one.id: one.name for one in await people.users(connection)}
        counts = await incidents.count(connection)
        chosen_customer = _id(customer) if _id(customer) in customers else None
        summary = await _summary(connection, counts[CaseState.OPEN], machines, now)
        at_level = int(level) if level in ("1", "2", "3") else None
        of_severity = _one_of(Severity, severity)
        if state == "open":
            wanted = await pressing.pressing(
                connection, severity=of_severity, level=at_level, customer_id=chosen_customer, limit=MOST + 1
            )
        else:
            wanted = await incidents.queue(
                connection, state=_one_of(CaseState, state), severity=of_severity, level=at_level,
                customer_id=chosen_customer, limit=MOST + 1,
            )  # fmt: skip
        if names == "me" and reader.session is not None:
            mine = await mentions.incidents_naming(connection, reader.session.user.id)
            wanted = tuple(
                one
                for one in await incidents.several(connection, mine)
                if _one_of(CaseState, state) in (None, one.state)
                and _one_of(Severity, severity) in (None, one.severity)
                and (level not in ("1", "2", "3") or one.level == int(level))
                and chosen_customer in (None, one.customer_id)
            )
        paused = await pauses.pauses_of(connection, [one.id for one in wanted])
        verdicts = await ledger.states_of(connection, wanted, now)
        rounds = await acknowledgement.all_waiting(connection, [one.id for one in wanted])
    described = _Describer(reader.words, customers, machines, owners, rounds, frozenset(paused))
    rows = sorted((described.row(one, *verdicts[one.id]) for one in wanted), key=_urgency)
    filters = _filters(reader.words, customers, state, severity, level, customer, names)
    return pages_of(request).shown(
        reader, "queue", here="incidents", topics="incidents machines", rows=rows[:MOST],
        more=len(rows) > MOST, filters=filters,
        summary=summary,
        filtered=bool(severity or level or customer or names or state != "open"),
    )  # fmt: skip


class _Describer:
    """Names for the ids in an incident."""

    def __init__(
        self,
        words: Translator,
        customers: Mapping[UUID, Customer],
        machines: Mapping[UUID, Machine],
        owners: Mapping[UUID, str],
        rounds: Mapping[UUID, Round],
        paused: frozenset[UUID],
    ) -> None:
        self._words = words
        self._customers = customers
        self._machines = machines
        self._owners = owners
        self._rounds = rounds
        self._paused = paused

    def row(self, case: Incident, plan: Plan, state: State) -> Row:
        machine = self._machines.get(case.machine_id) if case.machine_id else None
        customer = self._customers.get(case.customer_id)
        name = machine.name if machine else ""
        return Row(
            reference=case.reference,
            path=f"/incidents/{case.reference}",
            severity=case.severity.value,
            state=case.state.value,
            title=title_of(case, name, self._words),
            machine=name,
            customer=customer.name if customer else "",
            zone=customer.zone if customer else "UTC",
            level=case.level,
            owner=self._owners.get(case.owner_id, "") if case.owner_id else "",
            opened_at=case.opened_at,
            cleared=case.cleared_at is not None,
            count=case.finding_count,
            clock=next_face(faces(state, self._words, first_warning(plan))),
            waiting=case.id in self._paused,
            asked=waiting(self._words, self._rounds.get(case.id), customer.zone if customer else "UTC"),
        )


def title_of(case: Incident, machine: str, words: Translator) -> str:
    """What happened, by the rule's words, or in the words of the person who opened it."""
    if case.rule:
        return rules.title(words, case.rule, case.object, case.facts, machine)
    return case.summary.splitlines()[0] if case.summary else case.reference


def _urgency(row: Row) -> tuple[datetime, int, datetime]:
    due = row.clock.due if row.clock and row.clock.due else _NEVER
    return due, -Severity(row.severity).rank, row.opened_at


async def _summary(
    connection: Connection, count: int, machines: Mapping[UUID, Machine], now: datetime
) -> Summary:
    known = [one for one in machines.values() if one.banned_at is None]
    return Summary(
        open=count,
        late=await pressing.count_pressing(connection, None, now),
        soon=await pressing.count_pressing(connection, now, now + SOON),
        machines=len(known),
        watched=sum(one.connected for one in known),
        silent=sum(one.silent_since is not None for one in known),
    )


def _filters(
    words: Translator,
    customers: Mapping[UUID, Customer],
    state: str,
    severity: str,
    level: str,
    customer: str,
    names: str,
) -> tuple[Choice, ...]:
    _ = words._
    every = ("", _("Any"))
    return (
        Choice("state", _("State"), (
            ("open", _("Open")), ("resolved", _("Resolved")), ("closed", _("Closed")), ("all", _("All")),
        ), state),
        Choice("severity", _("Severity"), (
            every, ("critical", _("Critical")), ("high", _("High")), ("normal", _("Normal")),
        ), severity),
        Choice("level", _("Level"), (every, ("1", "1"), ("2", "2"), ("3", "3")), level),
        Choice("customer", _("Customer"), (
            every, *((str(one.id), one.name) for one in customers.values()),
        ), customer),
        Choice("names", _("Notes"), (every, ("me", _("That name me"))), names),
    )  # fmt: skip


def _one_of(kinds: type[Kind], value: str) -> Kind | None:
    return next((kind for kind in kinds if kind.value == value), None)


def _id(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
