"""A timer that failed too often: an incident of our own says so until somebody lets it act again."""

import logging

from controller import timers
from controller.audit.actions import record
from controller.core.errors import Invalid
from controller.fleet.house import HOUSE
from controller.incidents import store as incidents
from controller.incidents.own import end_own, open_own
from controller.storage import Storage, Unit
from controller.timers import TimerSetAside

log = logging.getLogger(__name__)

RULE = "vigia.timer_set_aside"
_KEY_LIMIT = 500


async def say_set_aside(unit: Unit, happened: TimerSetAside) -> None:
    """One incident for each key. A timer of such an incident opens none: it would never end."""
    case = await incidents.incident(unit.connection, happened.subject)
    if case is not None and case.customer_id == HOUSE and case.rule == RULE:
        log.error("an alarm's own timer was set aside key=%s reference=%s", happened.key, case.reference)
        return
    facts = {"kind": happened.kind, "due": happened.due.isoformat(), "error": happened.error}
    if case is not None:
        facts["incident"] = case.reference
    await open_own(unit, RULE, happened.key, facts)


async def release(unit: Unit, key: str) -> None:
    """It acts at once, as often as any, and what was said of it is over. Raises `Invalid`, and `NotFound`
    when no such timer is set aside."""
    if not key or len(key) > _KEY_LIMIT or "\x00" in key:
        raise Invalid("key", f"must have 1 to {_KEY_LIMIT} characters", "Copy it from the list")
    await timers.release(unit, key)
    await record(unit, "timer.release", key)
    await end_own(unit, RULE, key, "timer_released", actor=unit.actor)


async def audit(storage: Storage) -> int:
    """Timers that were set aside and that no incident speaks of, since saying so failed; how many."""
    async with storage.reading() as connection:
        aside = await timers.store.set_aside(connection)
        silent = [
            one for one in aside if await incidents.find_unclosed(connection, HOUSE, RULE, one.key) is None
        ]
    for one in silent:
        async with storage.unit() as unit:
            said = TimerSetAside(one.key, one.kind, one.subject, one.due, one.last_error)
            await say_set_aside(unit, said)
    return len(silent)
