"""A problem in the town: two customers have it, its solution is drafted and waits for approval."""

from controller.broadcasts import actions as broadcasts
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.people import actions as people
from controller.people.user import User
from controller.problems import actions as problems
from controller.problems.problem import Problem, ProblemState
from tests.support.console import Console


async def spread_plague(console: Console) -> tuple[Problem, User]:
    """The problem, and Luis, who wrote everything; Ana may approve it."""
    async with console.storage.unit() as unit:
        luis = await people.add_user(unit, "luis", "Luis Paz", "luis@vigia.example")
    cases = await _cases(console)
    async with console.storage.unit(luis.actor) as unit:
        made = await problems.open_problem(unit, "El servicio muere tras la actualización del controlador")
        for case in cases:
            await problems.link(unit, made.id, case.id)
        await problems.write_workaround(
            unit, made.id, "Reiniciar el servicio:\nsystemctl restart tienda-web\nDura unas dos horas."
        )
        await problems.write_cause(unit, made.id, "El controlador 31.0.14 no suelta sus descriptores.")
        await problems.name_component(unit, made.id, "controlador 31.0.14")
        await problems.write_solution(
            unit,
            made.id,
            "es",
            "Hemos encontrado la causa de los cortes: una actualización defectuosa del controlador. "
            "Ya hay una versión corregida.",
            "Abra el Centro de software\nPulse Actualizar todo\nReinicie el equipo al terminar",
        )
        await problems.write_solution(
            unit, made.id, "en", "We have found the cause: a faulty driver. A corrected version is out."
        )
        await problems.move(unit, made.id, ProblemState.SOLUTION_PROPOSED)
        made = await problems.move(unit, made.id, ProblemState.VERIFIED)
        await broadcasts.draft(unit, made.id)
    return made, luis


async def _cases(console: Console) -> tuple[Incident, ...]:
    """One of each customer."""
    async with console.storage.reading() as connection:
        found = await incidents.queue(connection, state=CaseState.OPEN)
    return tuple({case.customer_id: case for case in found}.values())
