"""The timer's end: one customer is told, in one transaction with all that it means; and the auditor."""

import logging
from dataclasses import replace

from controller import timers
from controller.broadcasts import letters, store
from controller.broadcasts.broadcast import SENDABLE, Draft
from controller.broadcasts.standing import TIMER, cases_by_customer, occasion, timer_key
from controller.core.actor import ENGINE
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.incidents import actions as incidents
from controller.incidents.case import Incident
from controller.notify.actions import tell
from controller.notify.notice import Recipient
from controller.problems import actions as problems
from controller.problems import store as problem_rows
from controller.problems.problem import Problem
from controller.storage import Connection, Storage, Unit

log = logging.getLogger(__name__)


async def tell_on_timer(unit: Unit, claim: timers.Claim) -> None:
    """The message into the outbox, the update onto each incident, the draft marked: all of it or nothing.

    What does not hold any more (no incident linked, no address, the problem moved back) tells nobody; the
    auditor looks again each minute.
    """
    draft = await store.draft(unit.connection, claim.subject)
    made = await store.broadcast(unit.connection, draft.broadcast_id) if draft else None
    problem = await problems.load(unit, made.problem_id) if made else None
    await timers.take(unit, claim)
    # Read again under the lock: another process may have told them meanwhile.
    draft = await store.draft(unit.connection, claim.subject)
    if draft is not None and problem is not None and await _holds(unit.connection, draft, problem):
        await _tell(unit, draft, problem)


async def _holds(connection: Connection, draft: Draft, problem: Problem) -> bool:
    if draft.told_at is not None or draft.approved_at is None or problem.state not in SENDABLE:
        return False
    newest = await store.latest(connection, problem.id, released=True)
    if newest is None or newest.id != draft.broadcast_id:
        return False  # another round took this one's place
    return bool((await _read(connection, draft, problem))[2])


async def _read(
    connection: Connection, draft: Draft, problem: Problem
) -> tuple[Customer, tuple[Incident, ...], tuple[Recipient, ...]]:
    """The customer, their linked incidents as they are now, and who of them is told."""
    customer = await fleet.customer(connection, draft.customer_id)
    assert customer is not None
    links = await problem_rows.links(connection, problem.id, customer.id)
    cases = (await cases_by_customer(connection, links)).get(customer.id, ())
    return customer, cases, await letters.recipients_of(connection, customer, cases, draft.language)


async def _tell(unit: Unit, draft: Draft, problem: Problem) -> None:
    customer, cases, recipients = await _read(unit.connection, draft, problem)
    approver = draft.approver
    assert approver is not None
    for recipient in recipients:
        facts = await letters.facts_of(unit.connection, draft, customer, cases, recipient.name)
        await tell(
            unit,
            occasion(draft),
            recipient,
            letters.TEMPLATE,
            facts,
            subject_id=draft.broadcast_id,
            auto=False,
        )
    names = ", ".join(recipient.name for recipient in recipients)
    for case in cases:
        await incidents.tell_solution(
            unit, case.id, draft.body, approver=approver, problem=problem.reference, told=names
        )
    about = tuple(case.reference for case in cases)
    await store.save_draft(unit.connection, replace(draft, told_at=unit.now, told_about=about))
    await problems.note(
        unit,
        problem.id,
        "told",
        {"customer": customer.name, "incidents": ", ".join(about)},
        actor_name=approver.name,
    )


async def audit(storage: Storage) -> int:
    """Derives from the drafts which timers must exist and plans missing ones: for a contact whose address
    came later, a problem verified again, an incident linked again. Returns how many."""
    async with storage.reading() as connection:
        left = await store.waiting(connection)
        planned = await timers.store.planned(connection, TIMER) if left else {}
        missing = [draft for draft in left if draft.id not in planned and await _is_due(connection, draft)]
    for draft in missing:
        async with storage.unit(ENGINE) as unit:
            await timers.plan(unit, timer_key(draft.id), TIMER, draft.id, unit.now)
        log.warning("auditor goes on with a broadcast draft=%s", draft.id)
    return len(missing)


async def _is_due(connection: Connection, draft: Draft) -> bool:
    made = await store.broadcast(connection, draft.broadcast_id)
    problem = await problem_rows.problem(connection, made.problem_id) if made else None
    return problem is not None and await _holds(connection, draft, problem)
