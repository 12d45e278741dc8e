"""Tell somebody something, once."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from controller.core.clock import Clock
from controller.notify import store
from controller.notify.channels import Channel, Refusal, log
from controller.notify.notice import ATTEMPTS_FOR, Notice, Recipient, retry_after
from controller.notify.wording import Look, nothing_left_out, worded
from controller.storage import Storage, Unit
from controller.words.notices import render

logger = logging.getLogger(__name__)

_BATCH = 5
# Longer than a batch of attempts can take, else a slow server would make us say it twice; and no longer,
# since what a killed process had claimed waits for its end.
_LEASE = timedelta(minutes=2)


async def tell(
    unit: Unit,
    key: str,
    recipient: Recipient,
    template: str,
    facts: Mapping[str, str],
    *,
    subject_id: UUID | None = None,
    auto: bool = True,
) -> bool:
    """Puts the notice in the outbox, in the recipient's words; False when that was said to them already.

    `key` names the occasion; the recipient is added to it. `auto` marks what no person wrote.
    """
    message = Message(key, recipient, template, facts, subject_id, auto)
    return await store.add(unit.connection, _written(unit, message))


@dataclass(frozen=True, slots=True)
class Message:
    """The arguments of `tell`, for `tell_all`."""

    key: str
    recipient: Recipient
    template: str
    facts: Mapping[str, str]
    subject_id: UUID | None = None
    auto: bool = True

    @property
    def own_key(self) -> str:
        return f"{self.key}/{self.recipient.id}"


async def tell_all(
    unit: Unit, messages: Sequence[Message], *, surely_new: bool = False
) -> tuple[Message, ...]:
    """`tell` for many; those that are said now, each once. Nobody else may be saying the same meanwhile:
    whoever calls this has locked what it is about. They are worded when they are sent: facts that are told
    from what never changes may be left to the sender's `Look`, and the recipient's name is known.

    `surely_new`: nobody looks whether something was said already; IntegrityError if it was after all."""
    keys = [] if surely_new else [one.own_key for one in messages]
    said = await store.said(unit.connection, keys) if keys else set()
    fresh = {one.own_key: one for one in messages if one.own_key not in said}
    await store.add_all(unit.connection, [_unworded(unit, one) for one in fresh.values()])
    return tuple(fresh.values())


def _written(unit: Unit, message: Message) -> Notice:
    recipient = message.recipient
    written = render(message.template, recipient.language, recipient.zone, message.facts)
    return replace(
        _unworded(unit, message), subject=written.subject, body=written.body, template=None, facts=None,
        zone=None,
    )  # fmt: skip


def _unworded(unit: Unit, message: Message) -> Notice:
    recipient = message.recipient
    return Notice(
        id=unit.chance.uuid(),
        key=message.own_key,
        subject_id=message.subject_id,
        recipient=recipient.name,
        address=recipient.address,
        language=recipient.language,
        subject="",
        body="",
        auto=message.auto,
        created_at=unit.now,
        attempts=0,
        fence=0,
        sent_at=None,
        gave_up_at=None,
        channel="",
        last_error="",
        template=message.template,
        facts=message.facts,
        zone=recipient.zone,
    )


async def send_due(
    storage: Storage, channels: Mapping[str, Channel], clock: Clock, look: Look = nothing_left_out
) -> datetime | None:
    """Sends all that waits; returns when to try again, None when nothing is left.

    `channels` maps a name to a channel, by preference: the first that can reach the recipient is used, and
    the log can always. A failure costs its notice a delay, never the others.
    """
    while True:
        async with storage.reading() as connection:
            soonest = await store.next_attempt(connection)
        if soonest is None or soonest > clock.now():
            return soonest
        async with storage.unit() as unit:
            claimed = await _claim(unit, look)
        for notice in claimed:
            async with storage.reading() as connection:
                ours = await store.is_ours(connection, notice, clock.now())
            if not ours:
                # This process stood still for longer than its lease: another has taken the rest over.
                break
            await _attempt(storage, channels, clock, notice)


async def _claim(unit: Unit, look: Look) -> tuple[Notice, ...]:
    """In words, which stay: another attempt says the same."""
    found = await store.claim(unit.connection, unit.now, unit.now + _LEASE, _BATCH)
    claimed = await worded(unit.connection, found, look)
    for before, notice in zip(found, claimed, strict=True):
        if notice is not before:
            await store.write_down(unit.connection, notice)
    return claimed


async def _attempt(storage: Storage, channels: Mapping[str, Channel], clock: Clock, notice: Notice) -> None:
    name, channel = next(
        ((name, channel) for name, channel in channels.items() if channel.reaches(notice)),
        ("log", log.LogChannel()),
    )
    try:
        await channel.send(notice)
    except Refusal as error:
        async with storage.unit() as unit:
            await store.settle(unit.connection, notice, gave_up_at=unit.now, channel=name, error=str(error))
        logger.error("notice refused id=%s channel=%s reason=%s", notice.id, name, error)
        return
    except Exception as error:
        await _postpone(storage, clock, name, notice, f"{type(error).__name__}: {error}"[:500])
        return
    async with storage.unit() as unit:
        await store.settle(unit.connection, notice, sent_at=unit.now, channel=name)
    logger.info("notice sent id=%s channel=%s attempts=%d", notice.id, name, notice.attempts)


async def _postpone(storage: Storage, clock: Clock, name: str, notice: Notice, error: str) -> None:
    now = clock.now()
    async with storage.unit() as unit:
        if now - notice.created_at > ATTEMPTS_FOR:
            await store.settle(unit.connection, notice, gave_up_at=now, channel=name, error=error)
            logger.error("notice given up id=%s channel=%s reason=%s", notice.id, name, error)
            return
        wait = retry_after(notice.attempts) * unit.chance.uniform(0.9, 1.1)
        await store.settle(unit.connection, notice, next_attempt_at=now + wait, channel=name, error=error)
    logger.warning("notice failed id=%s channel=%s attempts=%d", notice.id, name, notice.attempts)
