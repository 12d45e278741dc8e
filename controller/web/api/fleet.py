"""Customers, sites, enrolment and machines over the API."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from controller.core.errors import Invalid, NotFound, Unavailable
from controller.detection.hours import actions as hours
from controller.detection.hours.week import stated, time_of, weekdays_of
from controller.fleet import actions, store
from controller.fleet.customer import Customer
from controller.fleet.identity import clones, recovery
from controller.fleet.machine import Machine, MachineRole
from controller.incidents import store as incidents
from controller.incidents.case import CaseState
from controller.storage import Connection
from controller.web.api import shapes
from controller.web.api.peer import FleetManager, Here, Reader, Short
from controller.web.context import Context
from controller.words.catalogue import translator
from controller.words.history import told

router = APIRouter(prefix="/api/v1")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewCustomer(_Body):
    name: Short
    language: Short = "es"
    contact_name: Short = ""
    contact_email: Short = ""
    zone: Short = "America/Mexico_City"


class ChangedCustomer(_Body):
    """Only what is given changes."""

    language: Short | None = None
    contact_name: Short | None = None
    contact_email: Short | None = None
    zone: Short | None = None


class NewSite(_Body):
    customer: Short
    name: Short


class NewToken(_Body):
    customer: Short
    site: Short | None = None
    role: MachineRole = MachineRole.SERVER
    hours: Annotated[float, Field(ge=1 / 60, le=720)] = 24


class Reason(_Body):
    reason: Short


class NewHours(_Body):
    """Days with from and to, or learnt: back to what its presence says."""

    days: Short = ""
    opens: Annotated[Short, Field(alias="from")] = ""
    closes: Annotated[Short, Field(alias="to")] = ""
    learnt: bool = False


async def _customer(connection: Connection, name: str) -> Customer:
    found = await store.customer_named(connection, name)
    if found is None:
        raise NotFound("customer", name)
    return found


async def machine_named(connection: Connection, name: str) -> Machine:
    """By name, or by id."""
    found = await store.machine_named(connection, name)
    if found is None:
        try:
            found = await store.machine(connection, UUID(name))
        except ValueError:
            found = None
    if found is None:
        raise NotFound("machine", name)
    return found


@router.get("/customers")
async def customers(context: Here, _: Reader) -> list[dict[str, Any]]:
    async with context.storage.reading() as connection:
        return [shapes.customer(one) for one in await store.customers(connection)]


@router.post("/customers")
async def add_customer(context: Here, actor: FleetManager, new: NewCustomer) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        return shapes.customer(await actions.add_customer(unit, **new.model_dump()))


@router.patch("/customers/{name:path}")
async def change_customer(
    context: Here, actor: FleetManager, name: Short, changed: ChangedCustomer
) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        known = await _customer(unit.connection, name)
        fields = changed.model_dump(exclude_none=True)
        return shapes.customer(await actions.change_customer(unit, known.id, **fields))


@router.get("/sites")
async def sites(context: Here, _: Reader, customer: Short) -> list[dict[str, Any]]:
    async with context.storage.reading() as connection:
        owner = await _customer(connection, customer)
        return [
            {"customer": owner.name, "name": site.name} for site in await store.sites(connection, owner.id)
        ]


@router.post("/sites")
async def add_site(context: Here, actor: FleetManager, new: NewSite) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        owner = await _customer(unit.connection, new.customer)
        site = await actions.add_site(unit, owner.id, new.name)
        return {"customer": owner.name, "name": site.name}


@router.post("/enrol")
async def enrol(context: Here, actor: FleetManager, new: NewToken) -> dict[str, Any]:
    """`line` is what is pasted on the customer's machine: it carries the root itself (trust.md)."""
    if context.authority is None:
        raise Unavailable("this controller enrols no machines: it has no authority")
    async with context.storage.unit(actor) as unit:
        owner = await _customer(unit.connection, new.customer)
        site_id = None
        if new.site is not None:
            known = {site.name: site.id for site in await store.sites(unit.connection, owner.id)}
            if new.site not in known:
                raise NotFound("site", new.site)
            site_id = known[new.site]
        token = await actions.issue_token(
            unit, context.authority, owner.id, site_id, new.role, timedelta(hours=new.hours)
        )
    # With "=": a token may begin with a hyphen, which would be read as another option.
    program = "vigia-lab" if new.role is MachineRole.LAB else "vigia-agent"
    line = (
        f"{program} enrol --controller={context.enrolment_endpoint} --token={token} "
        f"--root={context.authority.root_text}"
    )
    return {
        "line": line,
        "customer": owner.name,
        "zone": owner.zone,
        "site": new.site,
        "role": new.role.value,
        "hours": new.hours,
        "expires_at": shapes.iso(unit.now + timedelta(hours=new.hours)),
    }


@router.get("/machines")
async def machines(
    context: Here,
    _: Reader,
    customer: Short | None = None,
    all: bool = False,  # noqa: A002 - the query's name
) -> list[dict[str, Any]]:
    """`all`: the banned ones too."""
    async with context.storage.reading() as connection:
        owner = await _customer(connection, customer) if customer is not None else None
        found = await store.machines(connection, owner.id if owner else None)
        known = await shapes.names(connection)
        return [shapes.machine(one, known) for one in found if all or one.banned_at is None]


@router.get("/machines/{name:path}")
async def machine(context: Here, _: Reader, name: Short, lang: Short = "en") -> dict[str, Any]:
    async with context.storage.reading() as connection:
        found = await machine_named(connection, name)
        rows = await incidents.queue(connection, machine_id=found.id, state=CaseState.OPEN, limit=50)
        history = await store.history(connection, found.id, 20)
        words = translator(lang)
        return {
            **shapes.machine(found, await shapes.names(connection)),
            "hours": await _hours(context, connection, found, lang),
            "incidents": await shapes.incidents(connection, rows, lang, context.clock.now()),
            "history": [
                {
                    "at": shapes.iso(event.at),
                    "kind": event.kind,
                    "facts": dict(event.facts),
                    "said": told(words, event.kind, event.facts),
                }
                for event in history
            ],
        }


@router.post("/machines/{name:path}/hours")
async def state_hours(
    context: Here, actor: FleetManager, name: Short, new: NewHours, lang: Short = "en"
) -> dict[str, Any]:
    """When a desktop or laptop is expected to be on."""
    given = (new.days, new.opens, new.closes)
    if any(given) if new.learnt else not all(given):
        raise Invalid("days", "must come with days, from and to", "Give all three, or learnt")
    week = None
    if not new.learnt:
        week = stated(weekdays_of(new.days), time_of("from", new.opens), time_of("to", new.closes))
    async with context.storage.unit(actor) as unit:
        found = await machine_named(unit.connection, name)
        await hours.state_hours(unit, found.id, week)
    async with context.storage.reading() as connection:
        return {"name": found.name, "hours": await _hours(context, connection, found, lang)}


async def _hours(
    context: Context, connection: Connection, machine: Machine, lang: str
) -> dict[str, Any] | None:
    """None for a server: it is expected at all hours."""
    if machine.role not in hours.OFFICE:
        return None
    owner = await store.customer(connection, machine.customer_id)
    zone = owner.zone if owner is not None else "UTC"
    known = await hours.hours_of(connection, machine, zone, context.clock.now())
    return shapes.hours(known, translator(lang))


@router.post("/machines/{name:path}/ban")
async def ban(context: Here, actor: FleetManager, name: Short, why: Reason) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        found = await machine_named(unit.connection, name)
        await actions.ban(unit, found.id, why.reason)
    context.drop_banned()
    async with context.storage.reading() as connection:
        return shapes.machine(await machine_named(connection, str(found.id)), await shapes.names(connection))


@router.post("/machines/{name:path}/release")
async def release(context: Here, actor: FleetManager, name: Short) -> dict[str, Any]:
    """Ends its quarantine (clone alarm)."""
    async with context.storage.unit(actor) as unit:
        found = await machine_named(unit.connection, name)
        await clones.release(unit, found.id)
        unit.after_commit(context.wake_ticker)
    async with context.storage.reading() as connection:
        return shapes.machine(await machine_named(connection, str(found.id)), await shapes.names(connection))


@router.post("/machines/{name:path}/readmit")
async def readmit(context: Here, actor: FleetManager, name: Short) -> dict[str, Any]:
    """Its last key may recover once, however long ago its certificate expired."""
    async with context.storage.unit(actor) as unit:
        found = await machine_named(unit.connection, name)
        until = await recovery.readmit(unit, found.id)
    async with context.storage.reading() as connection:
        known = await shapes.names(connection)
        shown = shapes.machine(await machine_named(connection, str(found.id)), known)
    return {**shown, "until": shapes.iso(until)}


@router.post("/machines/{name:path}/unban")
async def unban(context: Here, actor: FleetManager, name: Short) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        found = await machine_named(unit.connection, name)
        await actions.unban(unit, found.id)
    async with context.storage.reading() as connection:
        return shapes.machine(await machine_named(connection, str(found.id)), await shapes.names(connection))
