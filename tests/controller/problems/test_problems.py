"""A problem gathers incidents by hand, is owned, understood and solved; each step says what it needs."""

import pytest

from controller.core.actor import Actor, ActorKind, Role
from controller.core.errors import Conflict, Invalid, NotFound, Refused
from controller.incidents import actions as incidents
from controller.problems import actions, store
from controller.problems.problem import Problem, ProblemState
from controller.sla import ledger
from tests.support.clocks import NOON
from tests.support.desk import Desk
from tests.support.sufferers import problem_of, sufferer


async def opened(desk: Desk) -> Problem:
    async with desk.storage.unit(desk.luis.actor) as unit:
        return await actions.open_problem(unit, "Spooler dies")


async def test_it_is_numbered_owned_and_remembered(desk: Desk) -> None:
    """Whoever opens it owns it; an owner must be able to work on it; the history says who did what."""
    problem = await opened(desk)
    assert (problem.reference, problem.owner_id) == ("PRB-1", desk.luis.id)
    assert (await opened(desk)).reference == "PRB-2"
    async with desk.storage.unit(desk.ana.actor) as unit:
        assert (await actions.own(unit, problem.id, desk.eva.id)).owner_id == desk.eva.id
        await actions.name_component(unit, problem.id, "driver 31.0.14")
        await actions.write_cause(unit, problem.id, "The driver leaks handles.")
        with pytest.raises(NotFound):
            await actions.own(unit, problem.id, problem.id)
    async with desk.storage.reading() as connection:
        history = await store.chapters(connection, problem.id)
        found = await store.problem_numbered(connection, 1)
    assert [(one.kind, one.actor_name) for one in history] == [
        ("opened", "Luis Paz"), ("owner", "Ana Ruiz"), ("component", "Ana Ruiz"), ("root_cause", "Ana Ruiz"),
    ]  # fmt: skip
    assert found is not None
    assert (found.component, found.root_cause) == ("driver 31.0.14", "The driver leaks handles.")


async def test_linking_is_told_in_both_places_and_moves_no_clock(desk: Desk) -> None:
    """Twice is once; the incident's timeline and the problem's history know it, the clocks do not."""
    problem = await opened(desk)
    one = await sufferer(desk, "Uno")
    for _ in range(2):
        async with desk.storage.unit(desk.luis.actor) as unit:
            await actions.link(unit, problem.id, one.case.id)
    async with desk.storage.reading() as connection:
        _, state = await ledger.state_of(connection, one.case.id, NOON)
        assert await store.problem_of(connection, one.case.id) is not None
        assert await store.reach(connection) == {problem.id: (1, 1)}
    assert state.clocks["first_response"].state == "pending"
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.unlink(unit, problem.id, one.case.id)
        with pytest.raises(Conflict, match="not linked"):
            await actions.unlink(unit, problem.id, one.case.id)
    assert await desk.kinds(one.case.id) == ["opened", "problem_linked", "problem_unlinked"]
    async with desk.storage.reading() as connection:
        history = await store.chapters(connection, problem.id)
    assert [one.kind for one in history] == ["opened", "linked", "unlinked"]


async def test_an_incident_has_one_problem(desk: Desk) -> None:
    """A closed incident may be linked as well: it was the same cause."""
    first, second = await opened(desk), await opened(desk)
    one = await sufferer(desk, "Uno")
    async with desk.storage.unit(desk.luis.actor) as unit:
        await incidents.close(unit, one.case.id, "Reinicio")
        await actions.link(unit, first.id, one.case.id)
        with pytest.raises(Conflict, match="INC-1 belongs to PRB-1"):
            await actions.link(unit, second.id, one.case.id)
        with pytest.raises(NotFound):
            await actions.link(unit, second.id, first.id)


async def test_each_state_needs_what_it_states(desk: Desk) -> None:
    """No known error without a workaround, nothing verified that was not proposed, nothing back unsaid."""
    problem = await opened(desk)
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Conflict, match="open already"):
            await actions.move(unit, problem.id, ProblemState.OPEN)
        with pytest.raises(Conflict, match="no workaround"):
            await actions.move(unit, problem.id, ProblemState.KNOWN_ERROR)
        await actions.move(unit, problem.id, ProblemState.INVESTIGATING)
        await actions.write_workaround(unit, problem.id, "Restart it.")
        await actions.move(unit, problem.id, ProblemState.KNOWN_ERROR)
        with pytest.raises(Conflict, match="known error by its workaround"):
            await actions.write_workaround(unit, problem.id, "")
        with pytest.raises(Conflict, match="no solution yet"):
            await actions.move(unit, problem.id, ProblemState.SOLUTION_PROPOSED)
        await actions.write_solution(unit, problem.id, "es", "Actualice.")
        with pytest.raises(Conflict, match="propose the solution first"):
            await actions.move(unit, problem.id, ProblemState.VERIFIED)
        await actions.move(unit, problem.id, ProblemState.SOLUTION_PROPOSED)
        await actions.move(unit, problem.id, ProblemState.VERIFIED)
        with pytest.raises(Invalid, match="reason"):
            await actions.move(unit, problem.id, ProblemState.INVESTIGATING, "  ")
        await actions.move(unit, problem.id, ProblemState.INVESTIGATING, "It came back.")
        with pytest.raises(Invalid, match="reason"):
            await actions.move(unit, problem.id, ProblemState.CLOSED)
        closed = await actions.move(unit, problem.id, ProblemState.CLOSED, "The printer was thrown away.")
    assert closed.state is ProblemState.CLOSED


async def test_a_verified_problem_closes_without_a_word(desk: Desk) -> None:
    problem = await problem_of(desk)
    async with desk.storage.unit(desk.luis.actor) as unit:
        assert (await actions.move(unit, problem.id, ProblemState.CLOSED)).state is ProblemState.CLOSED


async def test_a_solution_has_versions(desk: Desk) -> None:
    """The newest of each language counts; the same words again are no new version."""
    problem = await problem_of(desk)
    async with desk.storage.unit(desk.ana.actor) as unit:
        first = await actions.write_solution(unit, problem.id, "en", "Update it.", "one\ntwo")
        again = await actions.write_solution(unit, problem.id, "en", "Update it. ", "one\ntwo")
        with pytest.raises(Invalid, match="not spoken"):
            await actions.write_solution(unit, problem.id, "ca", "Actualitzi.")
        with pytest.raises(Invalid, match="65536"):
            await actions.write_solution(unit, problem.id, "en", "x" * 40_000, "y" * 40_000)
    assert first.id == again.id
    async with desk.storage.reading() as connection:
        newest = await store.solutions(connection, problem.id)
        assert await store.approved_solution(connection, problem.id, "en") is None
    assert {language: one.writer_name for language, one in newest.items()} == {
        "es": "Luis Paz", "en": "Ana Ruiz",
    }  # fmt: skip


async def test_a_viewer_looks_and_does_not_write(desk: Desk) -> None:
    problem = await opened(desk)
    viewer = Actor(ActorKind.PERSON, "Vera", desk.eva.id, Role.VIEWER)
    async with desk.storage.unit(viewer) as unit:
        for act in (
            actions.open_problem(unit, "x"),
            actions.write_workaround(unit, problem.id, "x"),
            actions.move(unit, problem.id, ProblemState.INVESTIGATING),
            actions.link(unit, problem.id, problem.id),
        ):
            with pytest.raises(Refused):
                await act
    async with desk.storage.unit(desk.luis.actor) as unit:
        for title in ("", "x" * 256, "two\nlines", "a\0b"):
            with pytest.raises(Invalid, match="title"):
                await actions.open_problem(unit, title)
