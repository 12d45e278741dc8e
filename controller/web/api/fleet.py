"""Customers, sites, enrolment and machines over the API."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.core.errors import NotFound
from controller.fleet import actions, store
from controller.fleet.customer import Customer
from controller.fleet.machine import Machine, MachineRole
from controller.incidents import store as incidents
from controller.incidents.case import CaseState
from controller.web.api import shapes
from controller.web.api.peer import FleetManager, Here, Reader

router = APIRouter(prefix="/api/v1")
Short = Annotated[str, StringConstraints(max_length=4_000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewCustomer(_Body):
    name: Short
    language: Short = "es"
    contact_name: Short = ""
    contact_email: Short = ""
    zone: Short = "America/Mexico_City"


class NewSite(_Body):
    customer: Short
    name: Short


class NewToken(_Body):
    customer: Short
    site: Short | None = None
    role: MachineRole = MachineRole.SERVER
    hours: float = 24


class Reason(_Body):
    reason: Short


async def _customer(connection: AsyncConnection, name: str) -> Customer:
    found = await store.customer_named(connection, name)
    if found is None:
        raise NotFound("customer", name)
    return found


async def _machine(connection: AsyncConnection, name: str) -> Machine:
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


@router.get("/sites")
async def sites(context: Here, _: Reader, customer: str) -> list[dict[str, Any]]:
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
    assert context.authority is not None
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
    root = urlsafe_b64encode(context.authority.root_der).rstrip(b"=").decode()
    line = f"vigia-agent enrol --controller {context.enrolment_endpoint} --token {token} --root {root}"
    return {"line": line, "customer": owner.name, "hours": new.hours}


@router.get("/machines")
async def machines(context: Here, _: Reader, customer: str | None = None) -> list[dict[str, Any]]:
    async with context.storage.reading() as connection:
        owner = await _customer(connection, customer) if customer is not None else None
        found = await store.machines(connection, owner.id if owner else None)
        names = {one.id: one.name for one in await store.customers(connection)}
        return [shapes.machine(one, names[one.customer_id]) for one in found]


@router.get("/machines/{name}")
async def machine(context: Here, _: Reader, name: str, lang: str = "en") -> dict[str, Any]:
    async with context.storage.reading() as connection:
        found = await _machine(connection, name)
        owner = await store.customer(connection, found.customer_id)
        rows = await incidents.queue(connection, machine_id=found.id, state=CaseState.OPEN, limit=50)
        history = await store.history(connection, found.id, 20)
        return {
            **shapes.machine(found, owner.name if owner else ""),
            "incidents": await shapes.incidents(connection, rows, lang, context.clock.now()),
            "history": [
                {"at": shapes.iso(event.at), "kind": event.kind, "facts": dict(event.facts)}
                for event in history
            ],
        }


@router.post("/machines/{name}/ban")
async def ban(context: Here, actor: FleetManager, name: str, why: Reason) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        found = await _machine(unit.connection, name)
        await actions.ban(unit, found.id, why.reason)
    context.drop_banned()
    async with context.storage.reading() as connection:
        changed = await _machine(connection, str(found.id))
        owner = await store.customer(connection, changed.customer_id)
        return shapes.machine(changed, owner.name if owner else "")
