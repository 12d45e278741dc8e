"""The story, read top to bottom: what happened -> what follows (house.md, The house).

All steps of one message share its transaction; what may only be seen once it is durable waits for the commit.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from controller.broadcasts import actions as broadcasts
from controller.core.changes import Changes
from controller.core.events import Event
from controller.detection.actions import SightLost
from controller.detection.maintenance import actions as maintenance
from controller.diagnostics import actions as diagnostics
from controller.diagnostics import pulls
from controller.escalation import actions as escalation
from controller.escalation import quarantine
from controller.escalation.acknowledgement import actions as acknowledgement
from controller.escalation.events import ClocksActed
from controller.escalation.told import calling, telling
from controller.escalation.waiting import closing, pausing
from controller.fleet import store as fleet
from controller.fleet.findings import (
    ConditionsRestated,
    EvidenceReceived,
    EvidenceRefused,
    FindingCleared,
    FindingRaised,
)
from controller.fleet.inventory.actions import InventoryChanged
from controller.fleet.machine import Machine
from controller.fleet.orders.order import OrderChanged
from controller.incidents import actions as incidents
from controller.incidents.events import IncidentChanged, IncidentOpened
from controller.incidents.own import end_own, open_own
from controller.problems.events import IncidentLinked, ProblemChanged
from controller.sla.ledger import CLOCK_KINDS
from controller.storage import Dispatcher, Unit
from controller.timers import TimerSetAside

Step = Callable[[Unit, Any], Awaitable[None]]
BLIND = "vigia.blind"


async def open_or_join(unit: Unit, happened: FindingRaised) -> None:
    """A fault that is already over is history: its machine's, not an incident (R4). One that is found in a
    maintenance window waits for its end (R8)."""
    machine = await fleet.machine(unit.connection, happened.finding.machine_id)
    if machine is None or happened.already_over:
        return
    if not await maintenance.holds_back(unit, machine, happened.finding):
        await incidents.take_in(unit, happened.finding, **_of_machine(machine))


async def note_recovery(unit: Unit, happened: FindingCleared) -> None:
    machine = await fleet.machine(unit.connection, happened.finding.machine_id)
    if machine is not None:
        await incidents.note_cleared(unit, happened.finding, machine_name=machine.name)


async def reconcile(unit: Unit, happened: ConditionsRestated) -> None:
    machine = await fleet.machine(unit.connection, happened.machine_id)
    if machine is not None:
        opening = await maintenance.not_held_back(unit, machine, happened)
        await incidents.reconcile(unit, happened, opening=opening, **_of_machine(machine))


async def tell_blindness(unit: Unit, happened: SightLost) -> None:
    """That we ourselves were cut off is an incident of our own, not one of each customer (R10)."""
    if happened.back:
        await end_own(unit, BLIND, "")
    else:
        await open_own(unit, BLIND, "", {"machine_count": str(happened.machine_count)})


async def attach(unit: Unit, happened: EvidenceReceived) -> None:
    machine = await fleet.machine(unit.connection, happened.machine_id)
    if machine is not None:
        await diagnostics.receive(unit, happened, machine.name)


async def say_refused(unit: Unit, happened: EvidenceRefused) -> None:
    machine = await fleet.machine(unit.connection, happened.machine_id)
    if machine is not None:
        await diagnostics.refuse(unit, happened, machine.name)


async def start_clocks(unit: Unit, happened: IncidentOpened) -> None:
    await escalation.plan_timer(unit, happened.incident.id)


async def move_clocks(unit: Unit, happened: IncidentChanged) -> None:
    if happened.entry.kind in CLOCK_KINDS:
        await escalation.plan_timer(unit, happened.incident_id)


async def reach_late_reporter(unit: Unit, happened: IncidentLinked) -> None:
    """Whoever turns out to have a problem that is solved already gets the solution on arrival."""
    await broadcasts.reach(unit, happened.link.problem_id, happened.link.customer_id)


STORY: Mapping[type[Event], tuple[Step, ...]] = {
    FindingRaised: (open_or_join,),
    FindingCleared: (note_recovery,),
    ConditionsRestated: (reconcile,),
    EvidenceReceived: (attach,),
    EvidenceRefused: (say_refused,),
    SightLost: (tell_blindness,),
    IncidentLinked: (reach_late_reporter,),
    OrderChanged: (pulls.note,),
    IncidentOpened: (start_clocks, telling.tell_opened),
    IncidentChanged: (
        pausing.bound,
        move_clocks,
        closing.plan_closing,
        acknowledgement.end_by,
        telling.tell_changed,
        pulls.end_with_case,
    ),
    ClocksActed: (calling.tell_acted,),
    TimerSetAside: (quarantine.say_set_aside,),
}


_WAKING = (IncidentOpened, IncidentChanged, ClocksActed, ProblemChanged)


def dispatcher(changes: Changes, wake: Callable[[], None]) -> Dispatcher:
    """The dispatcher for `Storage`. After each commit open pages are told and the ticker is woken, since
    anything here may have planned a timer or written a notice."""

    async def dispatch(unit: Unit, happened: Event) -> None:
        for step in STORY.get(type(happened), ()):
            await step(unit, happened)
        for topic in _topics(happened):
            unit.after_commit(lambda topic=topic: changes.publish(topic))  # type: ignore[misc]
        if isinstance(happened, _WAKING) or _plans(happened):
            unit.after_commit(wake)

    return dispatch


def _plans(happened: Event) -> bool:
    """Whether an order has got its timer, or its end a notice; how far it is moves nothing."""
    return isinstance(happened, OrderChanged) and (happened.before is None or happened.has_ended)


def _topics(happened: Event) -> tuple[str, ...]:
    if isinstance(happened, IncidentOpened):
        return "incidents", f"incident:{happened.incident.id}"
    if isinstance(happened, IncidentChanged):
        return "incidents", f"incident:{happened.incident_id}"
    if isinstance(happened, ClocksActed):
        return "incidents", *(f"incident:{case.id}" for case, _ in happened.acted)
    if isinstance(happened, ProblemChanged):
        return "problems", f"problem:{happened.problem_id}"
    if isinstance(happened, (FindingRaised, FindingCleared)):
        return (f"machine:{happened.finding.machine_id}",)
    if isinstance(happened, InventoryChanged):
        return (f"machine:{happened.machine_id}",)
    if isinstance(happened, OrderChanged):
        return "orders", f"order:{happened.order.id}", f"incident:{happened.order.purpose_id}"
    return ()


def _of_machine(machine: Machine) -> dict[str, Any]:
    return {
        "customer_id": machine.customer_id,
        "site_id": machine.site_id,
        "machine_name": machine.name,
        "machine_role": machine.role.value,
    }
