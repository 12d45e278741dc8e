"""Two customers of one town who must never see each other's things: a bakery and a clinic."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from controller.core.severity import Severity
from controller.fleet import actions as fleet
from controller.fleet import store as fleet_rows
from controller.fleet.findings import Finding, FindingRaised
from controller.incidents import actions as incidents
from controller.incidents import store as incident_rows
from controller.incidents.case import Incident
from controller.knowledge import actions as knowledge
from controller.knowledge.article import Audience, Text
from controller.notify.store import outbox
from controller.people import actions as people
from controller.people.contacts import actions as contacts
from controller.people.contacts.store import contacts as contacts_of
from tests.support.console import Console

MARTA, ROSA = "marta@sol.example", "rosa@luna.example"


@dataclass(frozen=True, slots=True)
class House:
    """One customer: a machine, an incident it reported, one its people opened, one that is resolved, and a
    twin that was merged into the second.

    `secrets` are words that stand nowhere but in what belongs to this customer.
    """

    customer_id: UUID
    email: str
    machine_id: UUID
    reported: Incident
    opened: Incident
    resolved: Incident
    merged: Incident
    secrets: tuple[str, ...]

    @property
    def cases(self) -> tuple[Incident, ...]:
        return self.reported, self.opened, self.resolved, self.merged


@dataclass(frozen=True, slots=True)
class Neighbours:
    """`open_article` is for customers, `staff_article` and `draft` are not: their references."""

    bakery: House
    clinic: House
    open_article: str
    staff_article: str
    draft: str


async def portal_token(console: Console, email: str) -> str:
    """A signed-in contact's cookie, without the pages."""
    await contacts.ask_for_link(console.storage, email, "::1", console.url)
    token, _ = await contacts.enter(console.storage, await mailed_token(console, email))
    return token


async def mailed_token(console: Console, email: str) -> str:
    """The newest link's token on its way to that address."""
    async with console.storage.unit() as unit:
        rows = await unit.connection.execute(
            select(outbox.c.body)
            .where(outbox.c.address == email, outbox.c.key.like("portal-link/%"))
            .order_by(outbox.c.position.desc())
        )
        body = str(rows.scalars().first())
    return body.split("/portal/enter/")[1].split()[0]


async def build_neighbours(console: Console) -> Neighbours:
    bakery = await _house(console, "Panadería Sol", "Marta Gil", MARTA, "horno-1", "levadura")
    clinic = await _house(console, "Clínica Luna", "Rosa Lima", ROSA, "rayos-1", "radiografía")
    printing = Text(
        "es", "La impresora no imprime", "Los tickets no salen después de una actualización",
        "La cola se para", "Abra la cola\nQuite lo parado", "Sale una página de prueba",
    )  # fmt: skip
    return Neighbours(
        bakery,
        clinic,
        await _article(console, printing, Audience.CUSTOMERS),
        await _article(
            console,
            Text("es", "Saltarse la cola", "Interno", "", "impresora: paso secreto", ""),
            Audience.STAFF,
        ),
        await _article(console, Text("es", "Impresora a medias", "Sin acabar", "", "Nada", ""), None),
    )


async def _house(console: Console, name: str, contact: str, email: str, machine: str, secret: str) -> House:
    storage = console.storage
    async with storage.unit() as unit:
        customer = await fleet.add_customer(unit, name, "es", contact, email)
        machine_id = unit.chance.uuid()
        values = {
            "id": machine_id, "customer_id": customer.id, "name": machine, "role": "server",
            "enrolled_at": unit.now,
        }  # fmt: skip
        await fleet_rows.add_machine(unit.connection, values)
        finding = Finding(
            unit.chance.uuid(), machine_id, "watch.down", f"tienda-{secret}", Severity.CRITICAL, unit.now,
            unit.now, {"target": f"http://{secret}.example"},
        )  # fmt: skip
        unit.announce(FindingRaised(finding))
        [marta] = await contacts_of(unit.connection, customer.id)
    async with storage.unit(marta.actor) as unit:
        opened = await incidents.open_by_person(
            unit, customer_id=customer.id, summary=f"Falla {secret}", body=f"Más de {secret}"
        )
        resolved = await incidents.open_by_person(unit, customer_id=customer.id, summary=f"Otra de {secret}")
    async with storage.unit(console.ana.actor) as unit:
        await incidents.note(unit, opened.id, f"apunte interno {secret}, @ana")
        await incidents.save_draft(unit, opened.id, "respond", {"body": f"borrador interno {secret}"})
        twin = await incidents.open_by_person(unit, customer_id=customer.id, summary=f"Igual que {secret}")
        await incidents.merge(unit, twin.id, opened.id)
        resolved = await incidents.resolve(unit, resolved.id, f"Arreglado {secret}")
        reported = await incident_rows.incident_of_finding(unit.connection, finding.finding_id)
        assert reported is not None
        await incidents.pause(unit, reported.id, "customer", told=f"Espera {secret}", note="apunte interno")
    secrets = (secret, name, contact, machine)
    return House(customer.id, email, machine_id, reported, opened, resolved, twin, secrets)


async def _article(console: Console, text: Text, audience: Audience | None) -> str:
    async with console.storage.unit(console.ana.actor) as unit:
        article = await knowledge.draft(unit, [text])
    if audience is not None:
        async with console.storage.unit() as unit:
            luis = await people.add_user(unit, f"luis{article.number}", "Luis Paz", "luis@vigia.example")
        async with console.storage.unit(luis.actor) as unit:
            await knowledge.review(unit, article.id)
            await knowledge.publish(unit, article.id, audience)
    return article.reference
