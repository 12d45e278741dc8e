"""A problem with all that hangs on it, read in one view of the database, for the pages and the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from controller.broadcasts import store as broadcasts
from controller.broadcasts.broadcast import SENDABLE, Draft
from controller.broadcasts.letters import preview
from controller.broadcasts.standing import Line, Standing, standing
from controller.core.errors import NotFound
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.people import store as people
from controller.people.user import User
from controller.problems import store
from controller.problems.problem import Chapter, Problem, Solution
from controller.reproductions import store as reproductions
from controller.reproductions.reproduction import Record
from controller.storage import Connection
from controller.words.notices import Written


@dataclass(frozen=True, slots=True)
class Whole:
    """`cases` are the linked incidents by number, `reproduction` what was tried for any of them."""

    problem: Problem
    owner: User | None
    cases: tuple[Incident, ...]
    solutions: Mapping[str, Solution]
    standing: Standing
    history: tuple[Chapter, ...]
    reproduction: Record


@dataclass(frozen=True, slots=True)
class Known:
    """What an incident's page says of its cause. `told`: when its customer was sent the solution."""

    problem: Problem
    solution: Solution | None
    draft: Draft | None


async def found(connection: Connection, reference: str) -> Problem:
    """By "PRB-7", "prb-7" or "7". Raises `NotFound`."""
    digits = reference.strip().upper().removeprefix("PRB-")
    problem = None
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        problem = await store.problem_numbered(connection, int(digits))
    if problem is None:
        raise NotFound("problem", reference[:40])
    return problem


async def read_whole(connection: Connection, reference: str) -> Whole:
    """Raises `NotFound`."""
    problem = await found(connection, reference)
    links = await store.links(connection, problem.id)
    cases = [await incidents.incident(connection, link.incident_id) for link in links]
    return Whole(
        problem=problem,
        owner=await people.user(connection, problem.owner_id) if problem.owner_id else None,
        cases=tuple(case for case in cases if case is not None),
        solutions=await store.solutions(connection, problem.id),
        standing=await standing(connection, problem.id, sendable=problem.state in SENDABLE),
        history=await store.chapters(connection, problem.id),
        reproduction=await reproductions.record(connection, [link.incident_id for link in links]),
    )


async def known_cause(connection: Connection, case: Incident, language: str) -> Known | None:
    """None while no problem is linked. The solution is in `language`, else in the other one."""
    problem = await store.problem_of(connection, case.id)
    if problem is None:
        return None
    written = await store.solutions(connection, problem.id)
    solution = written.get(language) or next(iter(written.values()), None)
    sent = await broadcasts.latest(connection, problem.id, released=True)
    drafts = await broadcasts.drafts(connection, sent.id) if sent else {}
    draft = drafts.get(case.customer_id)
    return Known(problem, solution, draft if draft is not None and draft.told_at is not None else None)


async def written(connection: Connection, line: Line) -> Written | None:
    """The message of one customer: as it was sent, or as it would be sent now."""
    if line.notice is not None:
        return Written(line.notice.subject, line.notice.body)
    if line.draft is None or not line.cases:
        return None
    return await preview(connection, line.draft, line.customer, line.cases)


def is_stale(whole: Whole, line: Line) -> bool:
    """Whether the solution was written anew since this draft was made, and nobody edited the draft."""
    draft = line.draft
    if draft is None or draft.edited or draft.told_at is not None:
        return False
    newest = whole.solutions.get(draft.language)
    return newest is not None and newest.id != draft.solution_id


def names(cases: tuple[Incident, ...]) -> list[str]:
    return [case.reference for case in cases]


def customers_of(cases: tuple[Incident, ...]) -> set[UUID]:
    return {case.customer_id for case in cases}
