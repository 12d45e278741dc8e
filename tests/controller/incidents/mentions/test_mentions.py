"""`@ana` in a note: she is told once, in her language, wherever she works."""

import pytest

from controller.core.errors import Invalid
from controller.incidents import actions
from controller.incidents.case import Incident
from controller.incidents.mentions import store as mentions
from controller.incidents.mentions.mention import named, pieces
from controller.notify import store as outbox
from controller.people import actions as people
from controller.people.contacts import store as contacts
from tests.support.desk import Desk


@pytest.mark.parametrize(
    ("text", "logins"),
    [
        ("@ana, mire esto", ("ana",)),
        ("¿(@Ana.Ruiz)? y @luis.", ("ana.ruiz", "luis")),
        ("@ana @ana @ANA", ("ana",)),
        ("escriba a ana@vigia.example o a x/@ana", ()),
        ("`@Override` y ```\n@media\n``` no; @eva sí", ("eva",)),
        ("@", ()),
        ("@@ana", ()),
    ],
)
def test_who_is_named(text: str, logins: tuple[str, ...]) -> None:
    assert named(text) == logins


def test_a_text_is_cut_at_its_mentions_and_nothing_is_lost() -> None:
    text = "Hola @ana: pregunte a @nadie, o a @Luis."
    cut = pieces(text, frozenset({"ana", "luis"}))
    assert "".join(piece for piece, _ in cut) == text
    assert [piece for piece, is_one in cut if is_one] == ["@ana", "@Luis"]


async def noted(desk: Desk, body: str) -> Incident:
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        return await actions.note(unit, case.id, body, console_url="https://vigia.example")


async def test_colleagues_of_every_level_are_told_once_in_their_language(desk: Desk) -> None:
    case = await noted(desk, "Pasa algo raro con el kernel, @ana y @eva. @luis lo vio. @ana, ¿lo miras?")
    async with desk.storage.reading() as connection:
        notices = [one for one in await outbox.notices(connection, [case.id]) if "raro" in one.body]
        marta = (await contacts.contacts(connection, desk.customer.id))[0]
        assert await mentions.incidents_naming(connection, desk.ana.id) == {case.id}
        assert await mentions.incidents_naming(connection, desk.root.id) == set()
    assert [(one.address, one.subject.split("] ")[1]) for one in notices] == [
        ("ana@vigia.example", "Luis Paz names you: tienda does not answer"),
        ("eva@vigia.example", "Luis Paz le menciona: tienda no responde"),
    ], "whoever writes is not told of their own words"
    assert all("https://vigia.example/incidents/INC-1" in one.body for one in notices)
    assert marta.email not in [one.address for one in notices]


async def test_an_unknown_login_is_named_and_nothing_is_written(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit() as unit:
        await people.change_user(unit, desk.eva.id, active=False)
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(
            Invalid, match=r"body: there is nobody here called @pepe, @eva\. Write their login"
        ):
            await actions.note(unit, case.id, "@ana @pepe @eva")
        with pytest.raises(Invalid, match="names 21 people, at most 20 are told"):
            await actions.note(unit, case.id, " ".join(f"@u{n}" for n in range(21)))
    assert await desk.kinds(case.id) == ["opened"]
