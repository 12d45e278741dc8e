"""Maintenance: times in which faults are expected, announcing one, ending one, and what was held back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Conflict, Invalid, NotFound
from controller.detection.maintenance import actions, store
from controller.detection.maintenance.window import Window
from controller.fleet import store as fleet
from controller.storage import Connection
from controller.web.console.duty_picture import moment
from controller.web.console.typed import typed_in
from controller.web.context import Context
from controller.web.duty import instant
from controller.web.fault import Fault, fault, refused
from controller.web.pages import pages_of
from controller.web.reader import Here, Reader, Staff
from controller.words import maintenance as names
from controller.words import rules
from controller.words.catalogue import Translator

router = APIRouter()
_SHOWN_AFTER = timedelta(days=30)
_TONES = {"coming": "calm", "open": "soon", "over": "idle"}


@dataclass(frozen=True, slots=True)
class HeldRow:
    at: datetime
    machine: str
    title: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Row:
    """A window as people read it. `zone` is its customer's."""

    number: int
    place: str
    span: str
    zone: str
    state: str
    state_word: str
    tone: str
    reason: str
    by: str
    held: tuple[HeldRow, ...]


@router.get("/maintenance")
async def maintenance_page(request: Request, reader: Staff, context: Here, done: str = "") -> Response:
    """Open, coming, and those of the last 30 days."""
    return await _shown(request, reader, context, done=_DONE.get(done, ""))


@router.post("/maintenance")
async def announce(request: Request, reader: Staff, context: Here) -> Response:
    typed = await typed_in(request)
    assert reader.actor is not None
    try:
        async with context.storage.unit(reader.actor) as unit:
            customer_id, site_id, machine_id, zone = await _place(unit.connection, typed.get("place", ""))
            await actions.announce(
                unit,
                customer_id,
                instant("start", typed.get("start", ""), zone) if typed.get("start") else unit.now,
                instant("until", typed.get("until", ""), zone),
                typed.get("reason", ""),
                site_id,
                machine_id,
            )
            unit.after_commit(context.wake_ticker)
    except Invalid as error:
        # What commands call --from and --to; other forms have fields of those names.
        field = {"from": "start", "to": "until"}.get(error.field, error.field)
        wrong = fault(reader.words, Invalid(field, error.limit, error.way_out))
        return await _shown(request, reader, context, 422, typed=typed, faults=wrong)
    except Conflict as error:
        return await _shown(request, reader, context, 409, typed=typed, refusal=refused(reader.words, error))
    return RedirectResponse("/maintenance?done=announced", 303)


@router.post("/maintenance/{number}/end")
async def end(request: Request, reader: Staff, context: Here, number: int) -> Response:
    assert reader.actor is not None
    try:
        async with context.storage.unit(reader.actor) as unit:
            await actions.end(unit, number)
            unit.after_commit(context.wake_ticker)
    except (Conflict, NotFound) as error:
        return await _shown(request, reader, context, 409, refusal=refused(reader.words, error))
    return RedirectResponse("/maintenance?done=ended", 303)


# msgids
_DONE = {
    "announced": "The window is announced: what is found in it waits for its end.",
    "ended": "The window is over: what is still wrong becomes incidents now.",
}


async def _shown(
    request: Request, reader: Reader, context: Context, status: int = 200, *, done: str = "",
    refusal: str = "", typed: Mapping[str, str] | None = None, faults: Fault | None = None,
) -> Response:  # fmt: skip
    now = context.clock.now()
    async with context.storage.reading() as connection:
        found = await store.windows(connection, now - _SHOWN_AFTER)
        rows = [await _row(connection, one, now, reader.words) for one in found]
        places = await _places(connection)
    current = [row for row in rows if row.state != "over"]
    facts: dict[str, Any] = {"current": current, "over": [row for row in rows if row.state == "over"][::-1]}
    return pages_of(request).shown(
        reader, "maintenance", status, here="machines", topics="incidents machine:*", path="/maintenance",
        done=reader.words._(done) if done else "", refusal=refusal, typed=typed or {}, faults=faults,
        places=places, may_write=reader.may_write, **facts,
    )  # fmt: skip


async def _places(connection: Connection) -> list[tuple[str, str]]:
    """What a window can be for: (value of the choice, its name), by customer."""
    sites, machines = await fleet.sites(connection), await fleet.machines(connection)
    found: list[tuple[str, str]] = []
    for customer in await fleet.customers(connection):
        found.append((f"customer:{customer.id}", customer.name))
        found += [
            (f"site:{one.id}", f"{customer.name}, {one.name}")
            for one in sites
            if one.customer_id == customer.id
        ]
        found += [
            (f"machine:{one.id}", f"{customer.name}: {one.name}")
            for one in machines
            if one.customer_id == customer.id and one.banned_at is None
        ]
    return found


async def _place(connection: Connection, choice: str) -> tuple[UUID, UUID | None, UUID | None, str]:
    """(customer, site, machine, the customer's zone). Raises `Invalid`."""
    kind, _, text = choice.partition(":")
    try:
        which = UUID(text)
    except ValueError:
        raise Invalid("place", "is missing", "Choose one") from None
    site = await fleet.site(connection, which) if kind == "site" else None
    machine = await fleet.machine(connection, which) if kind == "machine" else None
    bearer = site or machine
    customer = await fleet.customer(connection, bearer.customer_id if bearer else which)
    if customer is None or (kind != "customer" and bearer is None):
        raise Invalid("place", "is none of ours", "Choose one")
    return customer.id, site.id if site else None, machine.id if machine else None, customer.zone


async def _row(connection: Connection, one: Window, now: datetime, words: Translator) -> Row:
    customer = await fleet.customer(connection, one.customer_id)
    site = await fleet.site(connection, one.site_id) if one.site_id else None
    machine = await fleet.machine(connection, one.machine_id) if one.machine_id else None
    owner, zone = (customer.name, customer.zone) if customer else ("", "UTC")
    narrow = f": {machine.name}" if machine else f", {site.name}" if site else ""
    state = one.state(now)
    span = f"{moment(one.starts_at, zone, words)} – {moment(one.ends_at, zone, words)}"
    return Row(
        one.number, owner + narrow, span, zone, state, words._(names.STATES[state]), _TONES[state],
        one.reason, one.by, await _held(connection, one, words),
    )  # fmt: skip


async def _held(connection: Connection, window: Window, words: Translator) -> tuple[HeldRow, ...]:
    held = await store.held_in(connection, window.id)
    machines = await fleet.machine_names(connection, {one.machine_id for one in held})
    rows = []
    for one in held:
        known = await fleet.finding(connection, one.finding_id)
        name = machines.get(one.machine_id, "")
        facts = {**(known.finding.facts if known else {}), "machine": name}
        outcome = "waiting" if one.judged_at is None else "incident" if one.became_incident else "cleared"
        title = rules.title(words, one.rule, one.object, facts)
        rows.append(HeldRow(one.at, name, title, words._(names.OUTCOMES[outcome])))
    return tuple(rows)
