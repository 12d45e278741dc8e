"""The machines, and one machine's page with its live charts."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from controller.core.errors import NotFound
from controller.detection.hours import actions as hours
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.fleet.machine import Machine
from controller.incidents import store as incidents
from controller.incidents.case import CaseState
from controller.web.console import charts, inventory
from controller.web.console.machine_state import state_of
from controller.web.console.queue import title_of
from controller.web.pages import pages_of
from controller.web.reader import Here, Staff
from controller.words import formats
from controller.words.catalogue import Translator
from controller.words.history import told as history_told
from controller.words.hours import said as hours_said

router = APIRouter()
HISTORY = 30
EVERY_S = 20
"""Beats and samples are no changes: a page that shows them looks again by itself."""


@dataclass(frozen=True, slots=True)
class Row:
    """A machine as a line of the list, and as the head of its page."""

    id: UUID
    path: str
    name: str
    role: str
    os: str
    customer: str
    site: str
    zone: str
    state: str
    tone: str
    last_seen_at: datetime | None
    open: int


@dataclass(frozen=True, slots=True)
class OpenIncident:
    path: str
    reference: str
    title: str
    severity: str


@dataclass(frozen=True, slots=True)
class Event:
    text: str
    at: datetime


@router.get("/machines")
async def machines_page(request: Request, reader: Staff, context: Here, customer: str = "") -> Response:
    async with context.storage.reading() as connection:
        customers = {one.id: one for one in await fleet.customers(connection)}
        sites: dict[UUID | None, str] = {one.id: one.name for one in await fleet.sites(connection)}
        chosen = next((one for one in customers if str(one) == customer), None)
        machines = await fleet.machines(connection, chosen)
        every_open = await incidents.queue(connection, state=CaseState.OPEN, limit=10_000)
    opened = Counter(one.machine_id for one in every_open)
    rows = [
        _row(one, customers[one.customer_id], sites.get(one.site_id, ""), opened[one.id], reader.words)
        for one in machines
    ]
    return pages_of(request).shown(
        reader, "machines", here="machines", topics="incidents machine:*", every=EVERY_S,
        rows=rows, chosen=customer,
        customers=[(str(one.id), one.name) for one in customers.values()],
    )  # fmt: skip


@router.get("/machines/{machine_id}")
async def machine_page(request: Request, reader: Staff, context: Here, machine_id: str) -> Response:
    """Raises `NotFound`."""
    now = context.clock.now()
    async with context.storage.reading() as connection:
        machine = await fleet.machine(connection, _id(machine_id))
        if machine is None:
            raise NotFound("machine", machine_id)
        customer = await fleet.customer(connection, machine.customer_id)
        site = await fleet.site(connection, machine.site_id) if machine.site_id else None
        snapshot = await fleet.latest_snapshot(connection, machine.id)
        series = await fleet.snapshots_between(
            connection, machine.id, now - charts.EVERY * 6, now, names=charts.NAMES
        )
        cases = await incidents.queue(connection, state=CaseState.OPEN, machine_id=machine.id)
        history = await fleet.history(connection, machine.id, HISTORY)
        made_of = await inventory.short_of(connection, machine.id, reader.words)
        zone = customer.zone if customer else "UTC"
        office = machine.role in hours.OFFICE
        expected = await hours.hours_of(connection, machine, zone, now) if office else None
    assert customer is not None
    words = reader.words
    return pages_of(request).shown(
        reader, "machine", here="machines", topics=f"machine:{machine.id} incidents",
        every=EVERY_S,
        machine=_row(machine, customer, site.name if site else "", len(cases), words),
        charts=charts.charts(series, words, now), volumes=charts.volumes(snapshot, words),
        watches=charts.watches(machine.watches, snapshot, words),
        incidents=[
            OpenIncident(
                f"/incidents/{one.reference}", one.reference, title_of(one, machine.name, words),
                one.severity.value,
            )
            for one in cases
        ],
        history=[Event(history_told(words, one.kind, one.facts), one.at) for one in history],
        inventory=made_of,
        facts=[*_facts(machine, words), (words._("Expected on"), _hours(expected, words))],
        moments=_moments(machine, words),
    )  # fmt: skip


@router.get("/machines/{machine_id}/series")
async def series(reader: Staff, context: Here, machine_id: str) -> Response:
    """The last hour for the charts. Raises `NotFound`."""
    now = context.clock.now()
    async with context.storage.reading() as connection:
        machine = await fleet.machine(connection, _id(machine_id))
        if machine is None:
            raise NotFound("machine", machine_id)
        found = await fleet.snapshots_between(
            connection, machine.id, now - charts.SPAN, now, names=charts.NAMES, every=charts.EVERY
        )
    return JSONResponse({"charts": [asdict(one) for one in charts.charts(found, reader.words, now)]})


def _id(machine_id: str) -> UUID:
    try:
        return UUID(machine_id)
    except ValueError:
        raise NotFound("machine", machine_id[:64]) from None


def _row(machine: Machine, customer: Customer, site: str, opened: int, words: Translator) -> Row:
    state, tone = state_of(machine, words)
    return Row(
        machine.id, f"/machines/{machine.id}", machine.name, machine.role.value,
        f"{machine.os_name} {machine.os_version}".strip() or words._("Unknown"), customer.name, site,
        customer.zone, state, tone, machine.last_seen_at, opened,
    )  # fmt: skip


def _facts(machine: Machine, words: Translator) -> list[tuple[str, str]]:
    _ = words._
    rows = [
        (_("Host"), machine.host_name), (_("System"), f"{machine.os_name} {machine.os_version}".strip()),
        (_("Architecture"), machine.architecture), (_("Agent"), machine.agent_version),
        (_("Clock differs by"), _offset(machine.clock_offset_s, words) if machine.last_seen_at else ""),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def _hours(expected: hours.Expected | None, words: Translator) -> str:
    if expected is None:
        return words._("at all hours")
    week = expected.hours
    days, spans = (week.weekdays, week.spans()) if week else ((), ())
    return hours_said(words, expected.source, days, spans, expected.stated_by)


def _offset(offset_s: float, words: Translator) -> str:
    return (
        f"{formats.number(abs(offset_s) * 1000, words.language)} ms" if abs(offset_s) < 1
        else formats.duration(abs(offset_s))
    )  # fmt: skip


def _moments(machine: Machine, words: Translator) -> list[tuple[str, datetime]]:
    _ = words._
    rows = [
        (_("Started"), machine.boot_at), (_("Enrolled"), machine.enrolled_at),
        (_("Last heard"), machine.last_seen_at), (_("Expected back"), machine.expected_return_at),
        (_("Silent since"), machine.silent_since), (_("Banned"), machine.banned_at),
    ]  # fmt: skip
    return [(name, at) for name, at in rows if at is not None]
