"""How a broadcast is brought along in a test, and how it stands."""

from controller.broadcasts import actions as broadcasts
from controller.broadcasts.broadcast import SENDABLE
from controller.broadcasts.standing import Standing, standing
from controller.problems import actions as problems
from controller.problems import store as problem_rows
from controller.problems.problem import Problem
from tests.support.desk import Desk
from tests.support.sufferers import EN, ES, Sufferer


async def how(desk: Desk, problem: Problem) -> Standing:
    async with desk.storage.reading() as connection:
        now = await problem_rows.problem(connection, problem.id)
        assert now is not None
        return await standing(connection, problem.id, sendable=now.state in SENDABLE)


async def statuses(desk: Desk, problem: Problem) -> list[tuple[str, str]]:
    return [(line.customer.name, line.status.value) for line in (await how(desk, problem)).lines]


async def drafted(desk: Desk, problem: Problem) -> None:
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.draft(unit, problem.id)


async def approved(desk: Desk, problem: Problem) -> None:
    await drafted(desk, problem)
    async with desk.storage.unit(desk.ana.actor) as unit:
        await broadcasts.approve(unit, problem.id)


async def sent(desk: Desk, problem: Problem) -> None:
    await approved(desk, problem)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.send(unit, problem.id)
    await desk.ticker.turn()


def solutions_to(desk: Desk, one: Sufferer) -> list[str]:
    """The texts of the messages with the solution that this customer got."""
    mails = [str(mail.get_content()) for mail in desk.mailbox.to(one.address)]
    return [text for text in mails if ES in text or EN in text]


async def link(desk: Desk, problem: Problem, one: Sufferer) -> None:
    async with desk.storage.unit(desk.luis.actor) as unit:
        await problems.link(unit, problem.id, one.case.id)
