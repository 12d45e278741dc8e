"""Customers who have the same problem: each with a machine, a contact, a language, and an incident of it."""

from dataclasses import dataclass
from uuid import UUID

from controller.core.severity import Severity
from controller.fleet import actions as fleet
from controller.fleet import store as fleet_rows
from controller.fleet.customer import Customer
from controller.fleet.findings import Finding, FindingRaised
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.problems import actions as problems
from controller.problems.problem import Problem, ProblemState
from tests.support.desk import Desk

ES = "Actualice el controlador de la impresora."
EN = "Update the printer's driver."


@dataclass(frozen=True, slots=True)
class Sufferer:
    customer: Customer
    machine_id: UUID
    case: Incident

    @property
    def address(self) -> str:
        return self.customer.contact_email


async def sufferer(desk: Desk, name: str, language: str = "es", *, address: str | None = None) -> Sufferer:
    """A customer `name` whose printer watch is down now; its mail address is `name@example` by default."""
    async with desk.storage.unit() as unit:
        mail = f"{name.lower()}@clients.example" if address is None else address
        customer = await fleet.add_customer(unit, name, language, f"Contact {name}", mail)
        machine_id = unit.chance.uuid()
        await fleet_rows.add_machine(
            unit.connection,
            {
                "id": machine_id,
                "customer_id": customer.id,
                "name": f"pc-{name.lower()}",
                "role": "server",
                "enrolled_at": unit.now,
            },
        )
    return Sufferer(customer, machine_id, await another_incident(desk, machine_id, "impresora"))


async def another_incident(desk: Desk, machine_id: UUID, object_name: str) -> Incident:
    async with desk.storage.unit() as unit:
        finding = Finding(
            unit.chance.uuid(),
            machine_id,
            "watch.down",
            object_name,
            Severity.CRITICAL,
            unit.now,
            unit.now,
            {},
        )
        unit.announce(FindingRaised(finding))
    async with desk.storage.reading() as connection:
        found = await incidents.incident_of_finding(connection, finding.finding_id)
    assert found is not None
    return found


async def problem_of(desk: Desk, *who: Sufferer, state: ProblemState = ProblemState.VERIFIED) -> Problem:
    """Luis's problem with all of `who` linked, its solution written by Luis in both languages."""
    async with desk.storage.unit(desk.luis.actor) as unit:
        made = await problems.open_problem(unit, "Spooler dies after the driver's update")
        for one in who:
            await problems.link(unit, made.id, one.case.id)
        await problems.write_workaround(unit, made.id, "Restart the spooler.")
        await problems.write_solution(unit, made.id, "es", ES, "Abra el panel\nPulse Actualizar")
        await problems.write_solution(unit, made.id, "en", EN)
        for step in (ProblemState.SOLUTION_PROPOSED, ProblemState.VERIFIED):
            if step.rank <= state.rank:
                made = await problems.move(unit, made.id, step)
    return made
