"""What people do about a problem. Each verb locks the problem before anything that hangs on it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from controller.core.errors import Conflict, Invalid, NotFound
from controller.incidents import actions as incidents
from controller.incidents import store as cases
from controller.incidents.limits import REASON_CHARACTERS, check_characters, check_text, check_writer
from controller.people import store as people
from controller.people.access import Act, may
from controller.problems import store
from controller.problems.events import IncidentLinked, ProblemChanged
from controller.problems.problem import Chapter, Link, Problem, ProblemState, Solution, check_move
from controller.storage import Unit

LANGUAGES = ("es", "en")
NAME_CHARACTERS = 255


async def open_problem(unit: Unit, title: str) -> Problem:
    """Whoever opens it owns it, when they are a member of staff."""
    check_writer(unit.actor)
    title = check_characters("title", title, NAME_CHARACTERS)
    if len(title.splitlines()) > 1:
        raise Invalid("title", "has more than one line", "Keep it to one")
    owner = await people.user(unit.connection, unit.actor.id) if unit.actor.id else None
    made = Problem(
        id=unit.chance.uuid(),
        number=await store.next_number(unit.connection),
        title=title,
        state=ProblemState.OPEN,
        owner_id=owner.id if owner else None,
        component="",
        root_cause="",
        workaround="",
        opened_at=unit.now,
        updated_at=unit.now,
    )
    await store.add(unit.connection, made)
    await note(unit, made.id, "opened")
    return made


async def load(unit: Unit, problem_id: UUID) -> Problem:
    """Locked until the unit ends. Raises `NotFound`."""
    found = await store.problem(unit.connection, problem_id, lock=True)
    if found is None:
        raise NotFound("problem", str(problem_id))
    return found


async def note(
    unit: Unit,
    problem_id: UUID,
    kind: str,
    facts: Mapping[str, str] | None = None,
    body: str = "",
    actor_name: str | None = None,
) -> None:
    """One line of its history; open pages look again."""
    chapter = Chapter(
        id=unit.chance.uuid(),
        problem_id=problem_id,
        kind=kind,
        at=unit.now,
        actor_name=unit.actor.name if actor_name is None else actor_name,
        facts=dict(facts or {}),
        body=body,
    )
    await store.remember(unit.connection, chapter)
    unit.announce(ProblemChanged(problem_id))


async def link(unit: Unit, problem_id: UUID, incident_id: UUID) -> Problem:
    """In any state of either: a late reporter has the problem too. The same link again changes nothing.

    Raises `Conflict` when the incident belongs to another problem.
    """
    check_writer(unit.actor)
    problem = await load(unit, problem_id)
    case = await cases.incident(unit.connection, incident_id, lock=True)
    if case is None:
        raise NotFound("incident", str(incident_id))
    made = Link(case.id, problem.id, case.customer_id, unit.now, unit.actor.name)
    if not await store.add_link(unit.connection, made):
        other = await store.problem_of(unit.connection, case.id)
        if other is not None and other.id != problem.id:
            raise Conflict(f"{case.reference} belongs to {other.reference}; unlink it there first")
        return problem
    await incidents.note_linked(unit, case.id, problem.reference)
    await note(unit, problem.id, "linked", {"incident": case.reference})
    unit.announce(IncidentLinked(made))
    return await store.save(unit.connection, problem, unit.now)


async def unlink(unit: Unit, problem_id: UUID, incident_id: UUID) -> Problem:
    """What was told by then stays told. Raises `Conflict` when it is not linked here."""
    check_writer(unit.actor)
    problem = await load(unit, problem_id)
    case = await cases.incident(unit.connection, incident_id, lock=True)
    if case is None:
        raise NotFound("incident", str(incident_id))
    known = await store.link_of(unit.connection, case.id)
    if known is None or known.problem_id != problem.id:
        raise Conflict(f"{case.reference} is not linked to {problem.reference}")
    await store.remove_link(unit.connection, case.id)
    await incidents.note_unlinked(unit, case.id, problem.reference)
    await note(unit, problem.id, "unlinked", {"incident": case.reference})
    return await store.save(unit.connection, problem, unit.now)


async def own(unit: Unit, problem_id: UUID, user_id: UUID) -> Problem:
    """One specialist from start to end. Raises `Conflict` for somebody who may not work on it."""
    check_writer(unit.actor)
    problem = await load(unit, problem_id)
    owner = await people.user(unit.connection, user_id)
    if owner is None or not owner.active:
        raise NotFound("active user", str(user_id))
    if not may(owner.actor, Act.WORK_INCIDENTS):
        raise Conflict(f"{owner.login} may only look; an owner needs the role engineer")
    if problem.owner_id == owner.id:
        return problem
    return await _change(unit, problem, "owner", {"owner": owner.name}, owner_id=owner.id)


async def move(unit: Unit, problem_id: UUID, state: ProblemState, reason: str = "") -> Problem:
    """The rules are `problem.check_move`'s."""
    check_writer(unit.actor)
    reason = check_characters("reason", reason, REASON_CHARACTERS, required=False)
    problem = await load(unit, problem_id)
    written = await store.solutions(unit.connection, problem.id)
    check_move(problem, state, reason, has_solution=bool(written))
    facts = {"before": problem.state.value, "after": state.value}
    return await _change(unit, problem, "state", facts, reason, state=state)


async def write_workaround(unit: Unit, problem_id: UUID, text: str) -> Problem:
    """Stands on the page of every linked incident from now on. Empty takes it back."""
    return await _write(unit, problem_id, "workaround", text)


async def write_cause(unit: Unit, problem_id: UUID, text: str) -> Problem:
    return await _write(unit, problem_id, "root_cause", text)


async def name_component(unit: Unit, problem_id: UUID, text: str) -> Problem:
    """What is to blame, in a few words: a driver, a model, a service."""
    return await _write(unit, problem_id, "component", text, NAME_CHARACTERS)


async def _write(unit: Unit, problem_id: UUID, field: str, text: str, most: int | None = None) -> Problem:
    check_writer(unit.actor)
    text = (
        check_text(field, text, required=False)
        if most is None
        else check_characters(field, text, most, required=False)
    )
    problem = await load(unit, problem_id)
    if getattr(problem, field) == text:
        return problem
    if field == "workaround" and not text and problem.state is ProblemState.KNOWN_ERROR:
        raise Conflict(f"{problem.reference} is a known error by its workaround; move it back first")
    return await _change(unit, problem, field, {}, text, **{field: text})


async def _change(
    unit: Unit, problem: Problem, kind: str, facts: Mapping[str, str], body: str = "", **changes: Any
) -> Problem:
    saved = await store.save(unit.connection, replace(problem, **changes), unit.now)
    await note(unit, problem.id, kind, facts, body)
    return saved


async def write_solution(unit: Unit, problem_id: UUID, language: str, text: str, steps: str = "") -> Solution:
    """A new version of what customers read. It is approved with the broadcast, by somebody else."""
    check_writer(unit.actor)
    if language not in LANGUAGES:
        raise Invalid("language", f"{language[:40]!r} is not spoken here", "Use es or en")
    text = check_text("text", text)
    steps = check_text("steps", steps, required=False)
    # Together they are a customer's message, and an entry of a timeline.
    check_text("text", f"{text}\n\n{steps}")
    problem = await load(unit, problem_id)
    known = (await store.solutions(unit.connection, problem.id)).get(language)
    if known is not None and (known.text, known.steps) == (text, steps):
        return known
    made = Solution(
        id=unit.chance.uuid(),
        problem_id=problem.id,
        language=language,
        text=text,
        steps=steps,
        writer_id=unit.actor.id,
        writer_name=unit.actor.name,
        written_at=unit.now,
        approver_id=None,
        approver_name="",
        approved_at=None,
    )
    await store.add_solution(unit.connection, made)
    await _change(unit, problem, "solution", {"language": language}, text)
    return made
