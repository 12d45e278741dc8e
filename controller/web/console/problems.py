"""The list of problems, opening one, and linking an incident from its own page."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Invalid
from controller.incidents.case import Incident
from controller.people import store as people
from controller.problems import actions, store
from controller.problems.problem import Problem, ProblemState
from controller.storage import Connection, Unit
from controller.web import problem as reading
from controller.web.api.incidents import found as incident_found
from controller.web.console.problem import STATE_TONES
from controller.web.console.typed import typed_in
from controller.web.fault import Fault, fault
from controller.web.pages import pages_of
from controller.web.problem import Known, known_cause
from controller.web.reader import Here, Reader, Staff
from controller.words import problems as names
from controller.words.catalogue import Translator

router = APIRouter()
LIVE: tuple[ProblemState, ...] = tuple(state for state in ProblemState if state is not ProblemState.CLOSED)


@dataclass(frozen=True, slots=True)
class Row:
    """`incidents` and `customers` are counted."""

    reference: str
    path: str
    title: str
    state: str
    tone: str
    owner: str
    component: str
    incidents: int
    customers: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Cause:
    """An incident's problem as its page shows it. `sent_at`: when its customer was told, None for not yet."""

    reference: str
    path: str
    title: str
    state: str
    tone: str
    component: str
    workaround: str
    solution: str
    sent_at: datetime | None
    approver: str


async def linkable(connection: Connection) -> tuple[Problem, ...]:
    """Those an incident can be linked to by choosing from a list."""
    return await store.problems(connection, LIVE, limit=200)


async def cause_of(connection: Connection, case: Incident, words: Translator) -> Cause | None:
    known: Known | None = await known_cause(connection, case, words.language)
    if known is None:
        return None
    problem, draft = known.problem, known.draft
    return Cause(
        problem.reference, f"/problems/{problem.reference}", problem.title,
        names.state(words, problem.state.value), STATE_TONES[problem.state], problem.component,
        problem.workaround, known.solution.text if known.solution else "",
        draft.told_at if draft else None, draft.approver_name if draft else "",
    )  # fmt: skip


@router.get("/problems")
async def problems_page(request: Request, reader: Staff, context: Here, state: str = "live") -> Response:
    return await _shown(request, reader, context, state)


@router.post("/problems")
async def open_problem(request: Request, reader: Staff, context: Here) -> Response:
    """Whoever opens it owns it."""
    assert reader.session is not None
    typed = await typed_in(request)
    try:
        async with context.storage.unit(reader.session.user.actor) as unit:
            made = await actions.open_problem(unit, typed.get("title", ""))
    except Invalid as error:
        return await _shown(
            request, reader, context, "live", 422, typed=typed.get("title", ""),
            faults=fault(reader.words, error),
        )  # fmt: skip
    return RedirectResponse(f"/problems/{made.reference}", 303)


@router.post("/incidents/{reference}/problem")
async def link_incident(request: Request, reader: Staff, context: Here, reference: str) -> Response:
    """To the problem that was chosen, or to a new one of that title."""
    assert reader.session is not None
    typed = await typed_in(request)
    async with context.storage.unit(reader.session.user.actor) as unit:
        case = await incident_found(unit.connection, reference)
        problem = await _chosen(unit, typed.get("problem", ""), typed.get("title", ""))
        await actions.link(unit, problem.id, case.id)
    context.wake_ticker()
    return RedirectResponse(f"/incidents/{case.reference}", 303)


async def _chosen(unit: Unit, reference: str, title: str) -> Problem:
    if title.strip():
        return await actions.open_problem(unit, title)
    if not reference:
        raise Invalid("problem", "is empty", "Choose one, or give a new one a title")
    return await reading.found(unit.connection, reference)


async def _shown(
    request: Request, reader: Reader, context: Here, state: str, status: int = 200, *, typed: str = "",
    faults: Fault | None = None,
) -> Response:  # fmt: skip
    named: dict[str, tuple[ProblemState, ...]] = {"live": LIVE, "all": ()}
    wanted = named.get(state)
    if wanted is None:
        wanted = tuple(one for one in ProblemState if one.value == state) or LIVE
    words = reader.words
    async with context.storage.reading() as connection:
        found = await store.problems(connection, wanted)
        reach = await store.reach(connection)
        owners = {one.id: one.name for one in await people.users(connection)}
    rows = [
        Row(
            one.reference, f"/problems/{one.reference}", one.title, names.state(words, one.state.value),
            STATE_TONES[one.state], owners.get(one.owner_id, "") if one.owner_id else "", one.component,
            *reach.get(one.id, (0, 0)), one.updated_at,
        )
        for one in found
    ]  # fmt: skip
    _ = words._
    options = [("live", _("Not closed")), ("all", _("All of them"))]
    options += [(one.value, names.state(words, one.value)) for one in ProblemState]
    return pages_of(request).shown(
        reader, "problems", status, here="problems", topics="problems", rows=rows, options=options,
        chosen=state, typed=typed, faults=faults, may_write=reader.may_write,
        zone=reader.session.user.zone if reader.session else "UTC",
    )  # fmt: skip
