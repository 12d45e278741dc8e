"""What is told to thousands at once is worded when it is sent: said in the same words, written down, once."""

from collections.abc import Mapping, Sequence

import pytest

from controller.notify import store
from controller.notify.actions import Message, send_due, tell, tell_all
from controller.notify.channels.log import LogChannel
from controller.notify.notice import Notice, Recipient
from controller.notify.wording import Rest, worded
from controller.storage import Connection, Storage
from tests.support.clocks import JumpingClock

ANA = Recipient("user:1", "Ana Ñu", "ana@vigia.example", "es", "America/Mexico_City")
ABOUT = {"reference": "INC-1", "severity": "critical", "rule": "watch.down", "object": "tienda", "level": "2"}
FACTS = {**ABOUT, "opened_at": "2026-11-02T12:00:00+00:00", "by_engine": "1"}
STORY = "- 12:00  Lo abrió la máquina"


async def look(_connection: Connection, _notices: Sequence[Notice]) -> Rest:
    def rest(notice: Notice) -> Mapping[str, str]:
        return {"handover": STORY}

    return rest


async def kept(storage: Storage) -> list[Notice]:
    async with storage.reading() as connection:
        rows = await connection.execute(store.outbox.select().order_by(store.outbox.c.position))
        return [store._notice(row) for row in rows]


async def test_it_says_what_it_would_have_said_at_once(storage: Storage, clock: JumpingClock) -> None:
    """One told alone, with everything; one told with many, and worded by the sender with what it looks up.
    The words stay, and what they were made of is gone."""
    async with storage.unit() as unit:
        await tell(unit, "a", ANA, "escalated", {**FACTS, "recipient": ANA.name, "handover": STORY})
        await tell_all(unit, [Message("b", ANA, "escalated", FACTS)])
    alone, together = await kept(storage)
    assert (together.subject, together.body, together.facts) == ("", "", FACTS)
    async with storage.reading() as connection:
        shown = await worded(connection, [alone, together], look)
    assert shown[1].body == alone.body
    await send_due(storage, {"log": LogChannel()}, clock, look)
    alone, together = await kept(storage)
    assert (together.subject, together.body) == (alone.subject, alone.body)
    assert STORY in together.body
    assert together.sent_at == alone.sent_at == clock.now()
    assert together.template is together.facts is together.zone is None


async def test_what_cannot_be_worded_is_said_plainly_and_holds_up_nobody(
    storage: Storage, clock: JumpingClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A template of another version of ours, a fact that is no instant, and a notice that is fine."""
    async with storage.unit() as unit:
        await tell_all(unit, [
            Message("a", ANA, "of another version", FACTS),
            Message("b", ANA, "breached", {**FACTS, "due": "yesterday"}),
            Message("c", ANA, "escalated", FACTS),
        ])  # fmt: skip
    assert await send_due(storage, {"log": LogChannel()}, clock) is None
    told = await kept(storage)
    assert [one.sent_at for one in told] == [clock.now()] * 3
    assert [one.subject for one in told[:2]] == ["[INC-1] of another version", "[INC-1] breached"]
    assert all("object: tienda" in one.body for one in told[:2])
    assert "Nivel" in told[2].body
    assert len([one for one in caplog.records if "cannot be worded" in one.getMessage()]) == 2
