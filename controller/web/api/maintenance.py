"""Maintenance windows over the API: what is planned, announced, ended, and what was held back."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from controller.core.errors import Invalid, NotFound
from controller.detection.maintenance import actions, store
from controller.detection.maintenance.window import Held, Window
from controller.fleet import store as fleet
from controller.storage import Connection
from controller.web.api import shapes
from controller.web.api.peer import Here, Reader, Short, Words, Worker
from controller.web.duty import instant
from controller.words import rules
from controller.words.catalogue import translator

router = APIRouter(prefix="/api/v1")
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class NewWindow(BaseModel):
    """One of `machine` (its name), `site` with `customer`, or `customer` alone. `from` (now when empty) and
    `to`: local to the customer, unless they say otherwise."""

    model_config = ConfigDict(extra="forbid")

    customer: Short = ""
    site: Short = ""
    machine: Short = ""
    start: Short = Field(default="", alias="from")
    end: Short = Field(alias="to")
    reason: Words


@router.get("/maintenance")
async def listed(context: Here, _: Reader, every: bool = False, customer: Short = "") -> list[dict[str, Any]]:
    """Open and coming ones, the next to end first; `every`: those that are over too."""
    now = context.clock.now()
    async with context.storage.reading() as connection:
        wanted = await fleet.customer_named(connection, customer) if customer else None
        if customer and wanted is None:
            raise NotFound("customer", customer)
        found = await store.windows(connection, _EVER if every else now, wanted.id if wanted else None)
        return [await _window(connection, one, now) for one in found]


@router.get("/maintenance/{number}")
async def shown(context: Here, _: Reader, number: int, lang: Short = "en") -> dict[str, Any]:
    """`held`: what was found in it and kept back, in order of time."""
    async with context.storage.reading() as connection:
        found = await store.numbered(connection, number)
        if found is None:
            raise NotFound("maintenance window", str(number))
        whole = await _window(connection, found, context.clock.now())
        held = await store.held_in(connection, found.id)
        names = await fleet.machine_names(connection, {one.machine_id for one in held})
        words = translator(lang)
        return {**whole, "held": [await _held(connection, one, names, words) for one in held]}


@router.post("/maintenance")
async def announce(context: Here, actor: Worker, new: NewWindow) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        machine = await fleet.machine_named(unit.connection, new.machine) if new.machine else None
        if new.machine and machine is None:
            raise NotFound("machine", new.machine)
        customer = (
            await fleet.customer(unit.connection, machine.customer_id)
            if machine
            else await fleet.customer_named(unit.connection, new.customer)
        )
        if customer is None:
            if not new.customer:
                raise Invalid("customer", "is missing", "Name a customer, one of its sites or a machine")
            raise NotFound("customer", new.customer)
        sites = {one.name: one for one in await fleet.sites(unit.connection, customer.id)}
        if new.site and new.site not in sites:
            raise NotFound("site", new.site)
        made = await actions.announce(
            unit,
            customer.id,
            instant("from", new.start, customer.zone) if new.start else unit.now,
            instant("to", new.end, customer.zone),
            new.reason,
            sites[new.site].id if new.site else None,
            machine.id if machine else None,
        )
        unit.after_commit(context.wake_ticker)
        return await _window(unit.connection, made, unit.now)


@router.post("/maintenance/{number}/end")
async def end(context: Here, actor: Worker, number: int) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        ended = await actions.end(unit, number)
        unit.after_commit(context.wake_ticker)
        return await _window(unit.connection, ended, unit.now)


async def _window(connection: Connection, one: Window, now: datetime) -> dict[str, Any]:
    customer = await fleet.customer(connection, one.customer_id)
    site = await fleet.site(connection, one.site_id) if one.site_id else None
    machine = await fleet.machine(connection, one.machine_id) if one.machine_id else None
    held = await store.held_in(connection, one.id)
    return {
        "number": one.number,
        "customer": customer.name if customer else "",
        "zone": customer.zone if customer else "UTC",
        "site": site.name if site else None,
        "machine": machine.name if machine else None,
        "from": shapes.iso(one.starts_at),
        "to": shapes.iso(one.ends_at),
        "state": one.state(now),
        "reason": one.reason,
        "by": one.by,
        "ended_early": one.ended_early_at is not None,
        "held_count": len(held),
        "became_incidents": sum(finding.became_incident for finding in held),
    }


async def _held(connection: Connection, one: Held, names: Any, words: Any) -> dict[str, Any]:
    known = await fleet.finding(connection, one.finding_id)
    name = names.get(one.machine_id, "")
    facts = {**(known.finding.facts if known else {}), "machine": name}
    outcome = "waiting" if one.judged_at is None else "incident" if one.became_incident else "cleared"
    return {
        "machine": name,
        "rule": one.rule,
        "object": one.object,
        "title": rules.title(words, one.rule, one.object, facts),
        "at": shapes.iso(one.at),
        "outcome": outcome,
    }
