"""Plan, cancel, take."""

from datetime import datetime
from uuid import UUID

from controller.storage import Unit
from controller.timers import store
from controller.timers.timer import Claim, Fenced


async def plan(unit: Unit, key: str, kind: str, subject: UUID, due: datetime) -> None:
    """Whoever holds a claim on `key` loses it. A due in the past acts at once."""
    await store.plan(unit.connection, key, kind, subject, due, unit.now)


async def cancel(unit: Unit, key: str) -> bool:
    """Whether it was there."""
    return await store.remove(unit.connection, key)


async def take(unit: Unit, claim: Claim) -> None:
    """Uses the claim up, in the transaction of what it causes. Raises `Fenced` when it was overtaken."""
    if not await store.remove(unit.connection, claim.key, claim.fence):
        raise Fenced(f"the timer {claim.key} was planned anew or taken by another process")
