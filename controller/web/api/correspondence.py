"""Customers' contacts, incidents opened by a person, and what is forgotten, over the API."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from controller.core.errors import NotFound
from controller.core.severity import Severity
from controller.escalation.forgotten import forgotten
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.incidents import actions as incidents
from controller.people.contacts import actions, store
from controller.people.contacts.contact import Contact
from controller.storage import Connection
from controller.web.api import shapes, waiting
from controller.web.api.peer import FleetManager, Here, Reader, Short, Words, Worker
from controller.words.catalogue import translator
from controller.words.requests import NEGLECTS

router = APIRouter(prefix="/api/v1")
router.include_router(waiting.router)
Language = Annotated[str, Query(max_length=35)]


class NewIncident(BaseModel):
    model_config = ConfigDict(extra="forbid")

    customer: Short
    summary: Words
    body: Words = ""
    severity: Severity = Severity.NORMAL
    machine: Short | None = None
    channel: Words | None = "phone"


class NewContact(BaseModel):
    model_config = ConfigDict(extra="forbid")

    customer: Short
    name: Short
    email: Short
    language: Short = "es"


class Leaving(BaseModel):
    model_config = ConfigDict(extra="forbid")

    customer: Short
    email: Short


async def _customer(connection: Connection, name: str) -> Customer:
    found = await fleet.customer_named(connection, name)
    if found is None:
        raise NotFound("customer", name)
    return found


def contact_shape(one: Contact, customer: Customer) -> dict[str, Any]:
    return {
        "customer": customer.name,
        "name": one.name,
        "email": one.email,
        "language": one.language,
        "active": one.active,
        "created_at": shapes.iso(one.created_at),
    }


@router.post("/incidents")
async def open_incident(context: Here, actor: Worker, new: NewIncident) -> dict[str, Any]:
    """What a customer says by phone or mail, taken down by a member of staff; the clocks start now."""
    async with context.storage.unit(actor) as unit:
        customer = await _customer(unit.connection, new.customer)
        machine_id = None
        if new.machine is not None:
            machine = await fleet.machine_named(unit.connection, new.machine)
            if machine is None:
                raise NotFound("machine", new.machine)
            machine_id = machine.id
        case = await incidents.open_by_person(
            unit, customer_id=customer.id, summary=new.summary, body=new.body, severity=new.severity,
            machine_id=machine_id, channel=new.channel,
        )  # fmt: skip
        unit.after_commit(context.wake_ticker)
    async with context.storage.reading() as connection:
        return (await shapes.incidents(connection, [case], "en", context.clock.now()))[0]


@router.get("/forgotten")
async def list_forgotten(context: Here, _: Reader, lang: Language = "en") -> list[dict[str, Any]]:
    """Empty by design; the longest forgotten first. `neglect`: quiet, unclosed or no_timer."""
    words = translator(lang)
    async with context.storage.reading() as connection:
        found = await forgotten(connection, context.clock.now())
        known = await shapes.names(connection, [one.incident for one in found])
    return [
        {
            "reference": one.incident.reference,
            "title": shapes.title(one.incident, known, words),
            "severity": one.incident.severity.value,
            "state": one.incident.state.value,
            "customer": known.customers[one.incident.customer_id].name,
            "zone": known.zone(one.incident),
            "neglect": one.neglect.value,
            "said": words._(NEGLECTS[one.neglect.value]),
            "since": shapes.iso(one.since),
        }
        for one in found
    ]


@router.get("/contacts")
async def contacts(context: Here, _: Reader, customer: Short) -> list[dict[str, Any]]:
    async with context.storage.reading() as connection:
        owner = await _customer(connection, customer)
        return [contact_shape(one, owner) for one in await store.contacts(connection, owner.id)]


@router.post("/contacts")
async def add_contact(context: Here, actor: FleetManager, new: NewContact) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        owner = await _customer(unit.connection, new.customer)
        made = await actions.add_contact(unit, owner.id, new.name, new.email, new.language)
    return contact_shape(made, owner)


@router.post("/contacts/remove")
async def remove_contact(context: Here, actor: FleetManager, who: Leaving) -> dict[str, Any]:
    """They are signed out at once; what they wrote stays."""
    async with context.storage.unit(actor) as unit:
        owner = await _customer(unit.connection, who.customer)
        email = actions.address(who.email)
        known = next((c for c in await store.contacts(unit.connection, owner.id) if c.email == email), None)
        if known is None:
            raise NotFound("contact", who.email[:80])
        changed = await actions.change_contact(unit, known.id, active=False)
    return contact_shape(changed, owner)
