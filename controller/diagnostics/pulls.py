"""Pulls: a diagnostic profile that somebody asked a machine for, because of a case (trust.md, L1).

The order is kept by `fleet.orders`; here stands what it is for, and what its end means to the case.
"""

from datetime import datetime, timedelta
from uuid import UUID

from controller.core.actor import SYSTEM, Actor, ActorKind
from controller.core.errors import Conflict, NotFound, Refused
from controller.diagnostics import store
from controller.diagnostics.bundle import Bundle
from controller.fleet import store as fleet
from controller.fleet.allowance import store as allowances
from controller.fleet.machine import Machine
from controller.fleet.orders import actions as orders
from controller.fleet.orders.order import LIFETIME, PULL, Order, OrderChanged, OrderState
from controller.incidents import store as incidents
from controller.incidents.actions import attach_evidence
from controller.incidents.case import CaseState, Incident
from controller.incidents.events import IncidentChanged
from controller.incidents.limits import check_writer
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import append
from controller.notify.actions import tell
from controller.notify.notice import Recipient
from controller.people import store as people
from controller.storage import Unit

_SAID = {
    OrderState.REFUSED: EntryKind.PULL_REFUSED,
    OrderState.FAILED: EntryKind.PULL_FAILED,
    OrderState.EXPIRED: EntryKind.PULL_EXPIRED,
}


async def ask(
    unit: Unit, machine_id: UUID, incident_id: UUID, profile: str = "basic", lifetime: timedelta = LIFETIME
) -> Order:
    """No case, no pull: the case must be open (or resolved and not closed), and of the machine's customer.

    Raises `Refused` for who may not, `NotFound`, and `Conflict` for a closed case and as `fleet.orders`
    does. Asked again for the same case, it is the same order.
    """
    check_writer(unit.actor)
    case = await incidents.incident(unit.connection, incident_id, lock=True)
    if case is None:
        raise NotFound("incident", str(incident_id))
    machine = await fleet.machine(unit.connection, machine_id)
    if machine is None:
        raise NotFound("machine", str(machine_id))
    _check_purpose(case, machine)
    return await orders.ask_pull(unit, machine, profile, case.id, case.reference, lifetime)


def _check_purpose(case: Incident, machine: Machine) -> None:
    if case.state is CaseState.CLOSED:
        raise Conflict(f"{case.reference} is closed; reopen it first")
    if machine.customer_id != case.customer_id:
        raise Refused(f"{machine.name} is not a machine of the customer of {case.reference}")


async def note(unit: Unit, happened: OrderChanged) -> None:
    """The case's timeline says that it was asked and how it ended; who asked hears of a bad end."""
    order = happened.order
    if order.kind != PULL:
        return
    machine = await fleet.machine(unit.connection, order.machine_id)
    name = machine.name if machine else ""
    facts = {"order_id": str(order.id), "profile": order.profile, "machine": name}
    if happened.before is None:
        await append(unit, order.purpose_id, EntryKind.PULL_ASKED, facts=facts)
    elif happened.has_ended and order.state in _SAID:
        facts |= {"reason": order.reason, "detail": order.detail}
        by = Actor(ActorKind.AGENT, name, order.machine_id) if order.state is OrderState.REFUSED else SYSTEM
        await append(unit, order.purpose_id, _SAID[order.state], actor=by, facts=facts, auto=True)
        await _tell_asker(unit, order, name)


async def _tell_asker(unit: Unit, order: Order, machine_name: str) -> None:
    user = await people.user(unit.connection, order.asked_by_id) if order.asked_by_id else None
    if user is None or not user.active:
        return
    facts = {
        "reference": order.purpose,
        "machine": machine_name,
        "profile": order.profile,
        "state": order.state.value,
        "why": order.reason,
        "detail": order.detail,
        "asked_at": order.asked_at.isoformat(),
        "recipient": user.name,
    }
    recipient = Recipient(f"user:{user.id}", user.name, user.email, user.language, user.zone)
    await tell(unit, f"order/{order.id}/ended", recipient, "pull_ended", facts, subject_id=order.purpose_id)


async def end_with_case(unit: Unit, happened: IncidentChanged) -> None:
    """No case, no pull: what is under way for a case that is closed has nothing to serve any more."""
    if happened.entry.kind is EntryKind.CLOSED:
        await orders.end_all_for(unit, happened.incident_id, "case_closed")


async def receive(
    unit: Unit, order_id: UUID, sha256: str, size_bytes: int, taken_at: datetime
) -> Order | None:
    """The bundle is on the disk, whole and checked: it belongs to the case now. None when the order had ended
    before, also by this very bundle."""
    order = await orders.finish(unit, order_id)
    if order is None:
        return None
    machine = await fleet.machine(unit.connection, order.machine_id)
    bundle = Bundle(
        id=unit.chance.uuid(),
        machine_id=order.machine_id,
        incident_id=order.purpose_id,
        finding_id=None,
        sha256=sha256,
        size_bytes=size_bytes,
        taken_at=taken_at,
        received_at=unit.now,
        order_id=order.id,
        profile=order.profile,
    )
    if await store.add(unit.connection, bundle):
        await allowances.count(unit.connection, {order.machine_id: size_bytes}, unit.now)
        await attach_evidence(
            unit,
            order.purpose_id,
            sha256=sha256,
            size_bytes=size_bytes,
            taken_at=taken_at,
            machine_name=machine.name if machine else "",
        )
    return order
