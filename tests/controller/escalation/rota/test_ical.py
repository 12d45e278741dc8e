"""Calendars by RFC 5545: text escaped, lines folded, the same turn under the same name each time."""

from datetime import timedelta

import pytest

from controller.core.errors import NotFound
from controller.escalation.rota import actions
from controller.escalation.rota.ical import Entry, calendar
from controller.escalation.rota.subscription import subscribed
from controller.people.actions import change_user
from tests.controller.escalation.rota.test_cover import WEEKS, set_schedule
from tests.support.clocks import NOON
from tests.support.desk import Desk


def test_lines_are_folded_inside_no_character_and_text_is_escaped() -> None:
    """A long name with everything that must be escaped; unfolded and unescaped it is the same again."""
    text = "Guardia; de Íñigo, \\ñ\n" + "añ€😀" * 40 + "\x07"
    made = calendar("x", [Entry("k", NOON, NOON + timedelta(hours=1), text, NOON)], "es")
    lines = made.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\n" not in made.replace("\r\n", "")
    unfolded = made.replace("\r\n ", "")
    summary = next(line for line in unfolded.split("\r\n") if line.startswith("SUMMARY:"))
    plain = summary[8:].replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    assert plain == text.replace("\x07", "")
    assert "DTSTART:20260302T120000Z" in lines


async def uids(desk: Desk, days: int, **wish: str) -> dict[str, str]:
    async with desk.storage.reading() as connection:
        text = await subscribed(connection, NOON + timedelta(days=days), "en", 1, **wish)
    events = text.replace("\r\n ", "").split("BEGIN:VEVENT")[1:]
    found = (dict(line.split(":", 1) for line in one.split("\r\n") if ":" in line) for one in events)
    return {one["UID"]: one["DTSTART"] + "/" + one["DTEND"] + " " + one["SUMMARY"] for one in found}


async def test_a_turn_has_one_name_for_good(desk: Desk) -> None:
    """Fetched ten days later, what is in both calendars is the same in both."""
    await set_schedule(desk, WEEKS)
    before, after = await uids(desk, 0), await uids(desk, 10)
    common = before.keys() & after.keys()
    assert len(common) >= 24
    assert all(before[uid] == after[uid] for uid in common)
    own = await uids(desk, 0, login="ana")
    assert own.items() <= before.items()
    assert all("Ana Ruiz" in said for said in own.values())


async def test_the_private_link_can_be_renewed_and_dies_with_its_owner(desk: Desk) -> None:
    """The old one opens nothing any more, nor does that of somebody who left."""
    async with desk.storage.unit(desk.ana.actor) as unit:
        old = await actions.renew_link(unit, desk.ana.id)
        new = await actions.renew_link(unit, desk.ana.id)
    async with desk.storage.reading() as connection:
        assert (await actions.owner_of_link(connection, new)).login == "ana"
        with pytest.raises(NotFound):
            await actions.owner_of_link(connection, old)
    async with desk.storage.unit(desk.root.actor) as unit:
        await change_user(unit, desk.ana.id, active=False)
    async with desk.storage.reading() as connection:
        with pytest.raises(NotFound):
            await actions.owner_of_link(connection, new)
