"""Each thing is said to each person once, in their language, however the mail server behaves."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.notify import store
from controller.notify.actions import send_due, tell
from controller.notify.channels import Channel
from controller.notify.channels.log import LogChannel
from controller.notify.channels.mail import MailChannel, MailServer
from controller.notify.notice import Notice, Recipient
from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.mailbox import Mailbox

ANA = Recipient("user:1", "Ana Ñu", "ana@vigia.example", "es", "UTC")
FACTS = {"reference": "INC-1", "severity": "critical", "rule": "watch.down", "object": "tienda", "level": "1"}


def channels_to(mailbox: Mailbox) -> dict[str, Channel]:
    server = MailServer("127.0.0.1", mailbox.port, "soporte@vigia.example", tls="none", timeout_s=5)
    return {"mail": MailChannel(server), "log": LogChannel()}


async def say(
    storage: Storage, key: str, recipient: Recipient = ANA, facts: Mapping[str, str] = FACTS
) -> bool:
    async with storage.unit() as unit:
        return await tell(unit, key, recipient, "opened_staff", facts)


async def kept(storage: Storage) -> list[Notice]:
    async with storage.reading() as connection:
        rows = await connection.execute(select(store.outbox).order_by(store.outbox.c.position))
        return [store._notice(row) for row in rows]


async def test_the_same_occasion_is_told_once(
    storage: Storage, clock: JumpingClock, mailbox: Mailbox
) -> None:
    """The natural key is unique for each recipient; a rolled-back unit says nothing."""
    assert await say(storage, "a")
    assert not await say(storage, "a")
    assert await say(storage, "b")
    with pytest.raises(ZeroDivisionError):
        async with storage.unit() as unit:
            await tell(unit, "c", ANA, "opened_staff", FACTS)
            raise ZeroDivisionError
    assert await send_due(storage, channels_to(mailbox), clock) is None
    assert await send_due(storage, channels_to(mailbox), clock) is None
    assert len(mailbox.to("ana@vigia.example")) == 2


async def test_without_mail_the_log_says_who_was_told_what_in_one_line(
    storage: Storage, clock: JumpingClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a machine or a customer calls itself makes no second line."""
    caplog.set_level("INFO")
    odd = Recipient("user:1", "Ana\nÑu", "", "en", "UTC")
    await say(storage, "a", odd, {**FACTS, "object": "a\nb\x1b[0m"})
    assert await send_due(storage, {"log": LogChannel()}, clock) is None
    [line] = [one.getMessage() for one in caplog.records if one.name == "controller.notify.log"]
    assert "Ñu" in line
    assert "[INC-1]" in line
    assert not set(line) & set("\n\r\x1b")


async def test_a_busy_server_is_tried_again_later(
    storage: Storage, clock: JumpingClock, mailbox: Mailbox
) -> None:
    """451 three times, then taken: one mail; the waits grow; the Message-ID is the same for each try."""
    mailbox.busy = True
    await say(storage, "a")
    waits = []
    for _ in range(3):
        due = await send_due(storage, channels_to(mailbox), clock)
        assert due is not None
        waits.append((due - clock.now()).total_seconds())
        clock.set(due)
    assert waits == sorted(waits)
    assert 13 < waits[0] < 17
    mailbox.busy = False
    assert await send_due(storage, channels_to(mailbox), clock) is None
    (notice,) = await kept(storage)
    assert (notice.attempts, notice.channel, notice.sent_at) == (4, "mail", clock.now())
    assert str(mailbox.mails[0]["Message-ID"]) == f"<{notice.message_id}@vigia.example>"


async def test_a_server_that_is_away_delays_only_what_it_should_carry(
    storage: Storage, clock: JumpingClock, mailbox: Mailbox
) -> None:
    """Nobody listens: given up after three days, said in the row; who has no address goes to the log."""
    away = MailChannel(MailServer("127.0.0.1", 9, "s@vigia.example", tls="none"))
    nowhere: dict[str, Channel] = {"mail": away, "log": LogChannel()}
    await say(storage, "a")
    await say(storage, "b", Recipient("user:2", "Sin correo", "", "es", "UTC"))
    tries = 0
    while (due := await send_due(storage, nowhere, clock)) is not None:
        clock.set(due)
        tries += 1
        assert tries < 400
    lost, logged = await kept(storage)
    assert lost.gave_up_at is not None
    assert lost.sent_at is None
    assert lost.gave_up_at - lost.created_at > timedelta(days=3)
    assert (logged.channel, logged.sent_at is not None) == ("log", True)


async def test_an_unknown_address_is_given_up_at_once(
    storage: Storage, clock: JumpingClock, mailbox: Mailbox
) -> None:
    """550 is for good, and an address that is none never reaches the server."""
    mailbox.unknown.add("ana@vigia.example")
    await say(storage, "a")
    await say(storage, "b", Recipient("user:3", "X", "x@y@z\r\nBcc: all@example", "es", "UTC"))
    assert await send_due(storage, channels_to(mailbox), clock) is None
    for notice in await kept(storage):
        assert notice.gave_up_at == clock.now()
    assert mailbox.mails == []


async def test_text_from_outside_is_never_a_header(
    storage: Storage, clock: JumpingClock, mailbox: Mailbox
) -> None:
    """Line breaks, controls and direction marks in a machine's words stay words."""
    hostile = {**FACTS, "object": "tienda\r\nBcc: thief@example\u202e", "customer": "Sol\nX-Evil: 1"}
    await say(storage, "a", Recipient("user:1", 'Ana\r\nX: 1"', "ana@vigia.example", "es", "UTC"), hostile)
    await send_due(storage, channels_to(mailbox), clock)
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert mail["X"] is None
    assert "\n" not in str(mail["Subject"])
    assert mail["Content-Language"] == "es"


async def test_two_senders_share_the_outbox(storage: Storage, clock: JumpingClock, mailbox: Mailbox) -> None:
    """Two processes at once: each notice is sent by one of them."""
    for number in range(30):
        await say(storage, f"n{number}")
    channels = channels_to(mailbox)
    await asyncio.gather(send_due(storage, channels, clock), send_due(storage, channels, clock))
    await send_due(storage, channels, clock)
    assert len(mailbox.mails) == 30
