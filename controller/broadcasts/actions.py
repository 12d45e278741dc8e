"""Draft, edit, approve, send. Every verb locks the problem first, then the incidents in order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from controller import timers
from controller.audit.actions import record
from controller.broadcasts import letters, store
from controller.broadcasts.broadcast import SENDABLE, Broadcast, Draft, check_second_pair
from controller.broadcasts.standing import TIMER, timer_key
from controller.core.errors import Conflict, NotFound
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.incidents.limits import check_text, check_writer
from controller.problems import actions as problems
from controller.problems import store as problem_rows
from controller.problems.problem import Problem, Solution
from controller.storage import Unit

_EACH_SECOND = 10


async def draft(unit: Unit, problem_id: UUID, *, again: bool = False) -> Broadcast:
    """A message for each customer on the list, in their language, from the newest solution.

    Drafts there already are made anew unless a person edited them; then they need approval again. `again`
    starts another round after one was sent. Raises `Conflict` naming what is missing.
    """
    check_writer(unit.actor)
    problem = await problems.load(unit, problem_id)
    listed = await _list(unit, problem)
    if not listed:
        raise Conflict(f"{problem.reference} has no linked incidents; link them first")
    texts = await problem_rows.solutions(unit.connection, problem.id)
    _check_languages(problem, listed, texts)
    made = await store.latest(unit.connection, problem.id)
    if made is not None and made.released_at is not None:
        if not again:
            raise Conflict(
                f"{problem.reference} was sent already, late reporters get it by themselves; "
                "for another solution draft again"
            )
        made = await _begin(unit, problem, made.round + 1)
    made = made or await _begin(unit, problem, 1)
    known = await store.drafts(unit.connection, made.id)
    for customer in listed:
        await _draft_anew(unit, made, customer, texts[customer.language], known.get(customer.id))
    await problems.note(unit, problem.id, "drafted", {"count": str(len(listed))})
    return made


async def _begin(unit: Unit, problem: Problem, number: int) -> Broadcast:
    made = Broadcast(unit.chance.uuid(), problem.id, number, unit.actor.name, unit.now, "", None)
    await store.add(unit.connection, made)
    return made


async def _draft_anew(
    unit: Unit, made: Broadcast, customer: Customer, text: Solution, known: Draft | None
) -> None:
    if known is not None and known.edited:
        return
    body = letters.composed(text)
    same = known is not None and (known.solution_id, known.body) == (text.id, body)
    if known is not None and same and known.approved_at is not None:
        return
    writers = {str(writer) for writer in (text.writer_id, unit.actor.id) if writer is not None}
    fresh = _new_draft(unit, made, customer, text, body, tuple(sorted(writers)))
    if known is None:
        await store.add_draft(unit.connection, fresh)
    else:
        await store.save_draft(unit.connection, replace(fresh, id=known.id))


def _new_draft(
    unit: Unit, made: Broadcast, customer: Customer, text: Solution, body: str, writers: tuple[str, ...]
) -> Draft:
    return Draft(
        id=unit.chance.uuid(),
        broadcast_id=made.id,
        customer_id=customer.id,
        language=text.language,
        solution_id=text.id,
        body=body,
        edited=False,
        writer_ids=writers,
        writer_name=text.writer_name,
        written_at=unit.now,
        approver_id=None,
        approver_name="",
        approved_at=None,
        told_at=None,
        told_about=(),
    )


async def edit(unit: Unit, problem_id: UUID, customer_id: UUID, body: str) -> Draft:
    """One customer's own words. Whatever approval it had is gone. Raises `Conflict` once it was told."""
    check_writer(unit.actor)
    body = check_text("body", body)
    problem = await problems.load(unit, problem_id)
    made = await _latest(unit, problem)
    known = (await store.drafts(unit.connection, made.id)).get(customer_id)
    customer = await fleet.customer(unit.connection, customer_id)
    if known is None or customer is None:
        raise NotFound("draft", str(customer_id))
    if known.told_at is not None:
        raise Conflict(f"{customer.name} has been told already")
    if known.body == body:
        return known
    changed = replace(
        known,
        body=body,
        edited=True,
        writer_ids=(str(unit.actor.id),) if unit.actor.id else (),
        writer_name=unit.actor.name,
        written_at=unit.now,
        approver_id=None,
        approver_name="",
        approved_at=None,
    )
    await store.save_draft(unit.connection, changed)
    await problems.note(unit, problem.id, "draft_edited", {"customer": customer.name})
    return changed


async def approve(unit: Unit, problem_id: UUID) -> int:
    """The second pair of eyes: every draft on the list that waits for it, and the solutions they come from.

    Returns how many. Raises `Refused` when one of them is the approver's own, or nobody's by name.
    """
    check_writer(unit.actor)
    problem = await problems.load(unit, problem_id)
    made = await _latest(unit, problem)
    listed = await _list(unit, problem)
    await _fill(unit, made, problem, listed)
    known = await store.drafts(unit.connection, made.id)
    names = {customer.id: customer.name for customer in listed}
    due = [
        one
        for found, one in known.items()
        if found in names and one.approved_at is None and one.told_at is None
    ]
    if not due:
        raise Conflict(f"{problem.reference} has no draft that waits for approval")
    for one in due:
        check_second_pair(one, unit.actor, names[one.customer_id])
    assert unit.actor.id is not None
    for one in due:
        approved = replace(
            one, approver_id=unit.actor.id, approver_name=unit.actor.name, approved_at=unit.now
        )
        await store.save_draft(unit.connection, approved)
    # Late reporters get these words without another look, but never an editor's, and never one's own.
    texts = {one.solution_id for one in due if not one.edited}
    await problem_rows.approve_solutions(unit.connection, texts, unit.actor.id, unit.actor.name, unit.now)
    await record(unit, "broadcast.approve", problem.reference, {"drafts": str(len(due))})
    await problems.note(unit, problem.id, "approved", {"count": str(len(due))})
    if made.released_at is not None:
        await _plan(unit, [one.id for one in due])
    return len(due)


async def send(unit: Unit, problem_id: UUID) -> Broadcast:
    """Lets it out: from here on the timers do it, each customer for themselves, whatever happens to us.

    The list is read anew: who was linked since the drafts were made gets the approved solution. Again: those
    whom telling failed are tried once more. Raises `Conflict` naming what is missing.
    """
    check_writer(unit.actor)
    problem = await problems.load(unit, problem_id)
    made = await _latest(unit, problem)
    if problem.state not in SENDABLE:
        raise Conflict(f"{problem.reference} is {problem.state.value}; verify the solution first")
    listed = await _list(unit, problem)
    await _fill(unit, made, problem, listed)
    known = await store.drafts(unit.connection, made.id)
    if made.released_at is None:
        await _check_ready(unit, problem, listed, known)
        made = await store.release(unit.connection, made, unit.actor.name, unit.now)
        await record(unit, "broadcast.send", problem.reference, {"customers": str(len(listed))})
        await problems.note(unit, problem.id, "released", {"count": str(len(listed))})
    wanted = [known[one.id] for one in listed if one.id in known]
    await _plan(unit, [one.id for one in wanted if one.told_at is None and one.approved_at is not None])
    return made


async def _check_ready(
    unit: Unit, problem: Problem, listed: Sequence[Customer], known: dict[UUID, Draft]
) -> None:
    if not listed:
        raise Conflict(f"{problem.reference} has no linked incidents; link them first")
    texts = await problem_rows.solutions(unit.connection, problem.id)
    _check_languages(problem, [one for one in listed if one.id not in known], texts)
    left = [one.name for one in listed if one.id not in known or known[one.id].approved_at is None]
    if left:
        raise Conflict(f"the message to {left[0]} waits for approval; a second pair of eyes must approve it")


async def reach(unit: Unit, problem_id: UUID, customer_id: UUID) -> None:
    """A late reporter: gets what was sent to the others, on arrival. Nothing when they had it already."""
    made = await store.latest(unit.connection, problem_id, released=True)
    problem = await problem_rows.problem(unit.connection, problem_id)
    customer = await fleet.customer(unit.connection, customer_id)
    if made is None or problem is None or customer is None:
        return
    await _fill(unit, made, problem, (customer,))
    known = (await store.drafts(unit.connection, made.id)).get(customer_id)
    if known is not None and known.told_at is None and known.approved_at is not None:
        await _plan(unit, [known.id])


async def _fill(unit: Unit, made: Broadcast, problem: Problem, listed: Sequence[Customer]) -> None:
    """Drafts for those who have none. Approved with the solution they come from, else they wait."""
    known = await store.drafts(unit.connection, made.id)
    newest = await problem_rows.solutions(unit.connection, problem.id)
    for customer in listed:
        if customer.id in known:
            continue
        approved = await problem_rows.approved_solution(unit.connection, problem.id, customer.language)
        text = approved or newest.get(customer.language)
        if text is None:
            continue
        writers = (str(text.writer_id),) if text.writer_id else ()
        fresh = _new_draft(unit, made, customer, text, letters.composed(text), writers)
        fresh = replace(
            fresh,
            approver_id=text.approver_id,
            approver_name=text.approver_name,
            approved_at=text.approved_at,
        )
        await store.add_draft(unit.connection, fresh)


async def _plan(unit: Unit, draft_ids: Sequence[UUID]) -> None:
    """Ten a second, so that no transaction is long: machines' reports go on while many are told."""
    for place, draft_id in enumerate(draft_ids):
        due = unit.now + timedelta(seconds=place // _EACH_SECOND)
        await timers.plan(unit, timer_key(draft_id), TIMER, draft_id, due)


async def _latest(unit: Unit, problem: Problem) -> Broadcast:
    made = await store.latest(unit.connection, problem.id)
    if made is None:
        raise Conflict(f"{problem.reference} has no drafts yet; draft the solution first")
    return made


async def _list(unit: Unit, problem: Problem) -> tuple[Customer, ...]:
    """Everybody who has the problem, as far as it is linked now."""
    links = await problem_rows.links(unit.connection, problem.id)
    found: list[Customer] = []
    for customer_id in dict.fromkeys(link.customer_id for link in links):
        customer = await fleet.customer(unit.connection, customer_id)
        if customer is not None:
            found.append(customer)
    return tuple(found)


def _check_languages(problem: Problem, listed: Sequence[Customer], texts: dict[str, Solution]) -> None:
    for customer in listed:
        if customer.language not in texts:
            raise Conflict(
                f"{problem.reference} has no solution in {customer.language} for {customer.name}; "
                "write it first"
            )
