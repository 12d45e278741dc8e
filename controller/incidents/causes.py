"""What is written into an incident once its cause is looked for: the link to a problem, the solution sent."""

from uuid import UUID

from controller.core.actor import Actor
from controller.incidents.case import CaseState, Incident
from controller.incidents.limits import BROADCAST, check_text
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import load, write
from controller.storage import Unit


async def note_linked(unit: Unit, incident_id: UUID, problem: str) -> Incident:
    """`problem` is a reference. For staff; in any state, moves no clock."""
    case = await load(unit, incident_id)
    return await write(unit, case, EntryKind.PROBLEM_LINKED, facts={"problem": problem})


async def note_unlinked(unit: Unit, incident_id: UUID, problem: str) -> Incident:
    case = await load(unit, incident_id)
    return await write(unit, case, EntryKind.PROBLEM_UNLINKED, facts={"problem": problem})


async def tell_solution(
    unit: Unit, incident_id: UUID, body: str, *, approver: Actor, problem: str, told: str
) -> Incident:
    """The customer was sent the solution, in a message of the problem's own. On an open incident that is
    the customer update (T3), by the person who approved it; on others it is written down alone."""
    body = check_text("body", body)
    case = await load(unit, incident_id)
    facts = {"problem": problem, "told": told}
    if case.state is not CaseState.OPEN:
        return await write(
            unit, case, EntryKind.SOLUTION_SENT, actor=approver, body=body, facts=facts, for_customer=True
        )
    earlier = case.first_response_at
    return await write(
        unit,
        case,
        EntryKind.UPDATED_CUSTOMER,
        actor=approver,
        changes={"first_response_at": min(earlier, unit.now) if earlier else unit.now},
        facts=facts,
        body=body,
        channel=BROADCAST,
        for_customer=True,
    )
