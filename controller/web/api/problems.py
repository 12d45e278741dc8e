"""Problems over the API: the same verbs as on their pages."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from controller.broadcasts import actions as broadcasts
from controller.core.actor import Actor
from controller.core.errors import NotFound
from controller.fleet import store as fleet
from controller.people import store as people
from controller.problems import actions, store
from controller.problems.problem import Problem, ProblemState
from controller.storage import Unit
from controller.web import problem as reading
from controller.web.api import incidents, problem_shapes
from controller.web.api.peer import Here, Reader, Short, Words, Worker
from controller.web.context import Context
from controller.words.catalogue import translator

router = APIRouter(prefix="/api/v1/problems")
Language = Annotated[str, Query(max_length=35)]
LIVE = tuple(state for state in ProblemState if state is not ProblemState.CLOSED)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewProblem(_Body):
    title: Words
    incidents: Annotated[list[Short], Field(max_length=200)] = []


class Which(_Body):
    incident: Short


class NewOwner(_Body):
    login: Short


class NewState(_Body):
    state: ProblemState
    reason: Words = ""


class Text(_Body):
    body: Words


class NewSolution(_Body):
    language: Short
    body: Words
    steps: Words = ""


class Round(_Body):
    again: bool = False


class NewDraft(_Body):
    customer: Short
    body: Words


class Nothing(_Body):
    pass


Verb = Callable[[Unit, UUID], Awaitable[object]]


async def _act(context: Context, actor: Actor, reference: str, verb: Verb) -> dict[str, Any]:
    """One action, then the problem as it stands."""
    async with context.storage.unit(actor) as unit:
        problem = await reading.found(unit.connection, reference)
        await verb(unit, problem.id)
        unit.after_commit(context.wake_ticker)
    return await _standing(context, problem)


async def _standing(context: Context, problem: Problem) -> dict[str, Any]:
    async with context.storage.reading() as connection:
        whole = await reading.read_whole(connection, problem.reference)
        return await problem_shapes.whole_problem(connection, whole, "en", context.clock.now())


@router.get("")
async def listed(
    context: Here, _: Reader, state: ProblemState | Literal["live", "all"] = "live"
) -> list[dict[str, Any]]:
    """The newest first; `live` is all that are not closed."""
    wanted = {"live": LIVE, "all": ()}[state] if isinstance(state, str) else (state,)
    async with context.storage.reading() as connection:
        found = await store.problems(connection, wanted)
        reach = await store.reach(connection)
        owners = {one.id: one.login for one in await people.users(connection)}
    return [problem_shapes.problem(one, owners, reach) for one in found]


@router.post("")
async def open_problem(context: Here, actor: Worker, new: NewProblem) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        made = await actions.open_problem(unit, new.title)
        for reference in new.incidents:
            case = await incidents.found(unit.connection, reference)
            await actions.link(unit, made.id, case.id)
    return await _standing(context, made)


@router.get("/{reference}")
async def whole(context: Here, _: Reader, reference: Short, lang: Language = "en") -> dict[str, Any]:
    async with context.storage.reading() as connection:
        found = await reading.read_whole(connection, reference)
        return await problem_shapes.whole_problem(connection, found, lang, context.clock.now())


@router.get("/{reference}/drafts")
async def drafts(context: Here, _: Reader, reference: Short, lang: Language = "en") -> list[dict[str, Any]]:
    """Each customer's message as it would be sent now, or as it was sent."""
    words = translator(lang)
    async with context.storage.reading() as connection:
        found = await reading.read_whole(connection, reference)
        shown = []
        for line in found.standing.lines:
            written = await reading.written(connection, line)
            shown.append({
                **problem_shapes.line(line, words),
                "body": line.draft.body if line.draft else None,
                "subject": written.subject if written else None,
                "message": written.body if written else None,
                "stale": reading.is_stale(found, line),
            })  # fmt: skip
        return shown


@router.post("/{reference}/link")
async def link(context: Here, actor: Worker, reference: Short, which: Which) -> dict[str, Any]:
    async def verb(unit: Unit, problem_id: UUID) -> None:
        case = await incidents.found(unit.connection, which.incident)
        await actions.link(unit, problem_id, case.id)

    return await _act(context, actor, reference, verb)


@router.post("/{reference}/unlink")
async def unlink(context: Here, actor: Worker, reference: Short, which: Which) -> dict[str, Any]:
    async def verb(unit: Unit, problem_id: UUID) -> None:
        case = await incidents.found(unit.connection, which.incident)
        await actions.unlink(unit, problem_id, case.id)

    return await _act(context, actor, reference, verb)


@router.post("/{reference}/own")
async def own(context: Here, actor: Worker, reference: Short, new: NewOwner) -> dict[str, Any]:
    async def verb(unit: Unit, problem_id: UUID) -> None:
        owner = await people.user_named(unit.connection, new.login)
        if owner is None or not owner.active:
            raise NotFound("user", new.login)
        await actions.own(unit, problem_id, owner.id)

    return await _act(context, actor, reference, verb)


@router.post("/{reference}/state")
async def state(context: Here, actor: Worker, reference: Short, new: NewState) -> dict[str, Any]:
    return await _act(
        context, actor, reference, lambda unit, found: actions.move(unit, found, new.state, new.reason)
    )


@router.post("/{reference}/workaround")
async def workaround(context: Here, actor: Worker, reference: Short, text: Text) -> dict[str, Any]:
    return await _act(
        context, actor, reference, lambda unit, found: actions.write_workaround(unit, found, text.body)
    )


@router.post("/{reference}/cause")
async def cause(context: Here, actor: Worker, reference: Short, text: Text) -> dict[str, Any]:
    return await _act(
        context, actor, reference, lambda unit, found: actions.write_cause(unit, found, text.body)
    )


@router.post("/{reference}/component")
async def component(context: Here, actor: Worker, reference: Short, text: Text) -> dict[str, Any]:
    return await _act(
        context, actor, reference, lambda unit, found: actions.name_component(unit, found, text.body)
    )


@router.post("/{reference}/solution")
async def solution(context: Here, actor: Worker, reference: Short, new: NewSolution) -> dict[str, Any]:
    return await _act(
        context,
        actor,
        reference,
        lambda unit, found: actions.write_solution(unit, found, new.language, new.body, new.steps),
    )


@router.post("/{reference}/draft")
async def draft(context: Here, actor: Worker, reference: Short, wish: Round) -> dict[str, Any]:
    return await _act(
        context, actor, reference, lambda unit, found: broadcasts.draft(unit, found, again=wish.again)
    )


@router.post("/{reference}/edit")
async def edit(context: Here, actor: Worker, reference: Short, new: NewDraft) -> dict[str, Any]:
    async def verb(unit: Unit, problem_id: UUID) -> None:
        customer = await fleet.customer_named(unit.connection, new.customer)
        if customer is None:
            raise NotFound("customer", new.customer)
        await broadcasts.edit(unit, problem_id, customer.id, new.body)

    return await _act(context, actor, reference, verb)


@router.post("/{reference}/approve")
async def approve(context: Here, actor: Worker, reference: Short, _: Nothing) -> dict[str, Any]:
    return await _act(context, actor, reference, broadcasts.approve)


@router.post("/{reference}/send")
async def send(context: Here, actor: Worker, reference: Short, _: Nothing) -> dict[str, Any]:
    return await _act(context, actor, reference, broadcasts.send)
