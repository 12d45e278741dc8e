"""Plan, cancel, take; hold and settle for many; release what was set aside."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from controller.core.errors import NotFound
from controller.storage import Unit
from controller.timers import store
from controller.timers.timer import Claim, Fenced

_NONE: Mapping[str, str | None] = {}


async def plan(
    unit: Unit, key: str, kind: str, subject: UUID, due: datetime, agenda: str | None = None
) -> None:
    """Whoever holds a claim on `key` loses it. A due in the past acts at once. `agenda` comes back with the
    claim; it is gone as soon as somebody plans `key` without it."""
    await store.plan(unit.connection, key, kind, subject, due, unit.now, agenda)


async def plan_all(
    unit: Unit,
    kind: str,
    planned: Iterable[tuple[str, UUID, datetime]],
    agendas: Mapping[str, str | None] = _NONE,
) -> None:
    """`plan` for many of a kind: key, subject and due of each; agendas by key."""
    await store.plan_all(unit.connection, kind, planned, unit.now, agendas)


async def cancel(unit: Unit, key: str) -> bool:
    """Whether it was there."""
    return await store.remove(unit.connection, key)


async def take(unit: Unit, claim: Claim) -> None:
    """Uses the claim up, in the transaction of what it causes. Raises `Fenced` when it was overtaken."""
    if not await store.remove(unit.connection, claim.key, claim.fence):
        raise Fenced(f"the timer {claim.key} was planned anew or taken by another process")


async def hold(unit: Unit, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Those that were not overtaken, in their order; each must then be settled. Nobody can overtake them
    before this unit ends."""
    ours = await store.hold(unit.connection, claims)
    return tuple(claim for claim in claims if claim.key in ours)


async def settle(
    unit: Unit, dues: Mapping[str, datetime | None], agendas: Mapping[str, str | None] = _NONE
) -> None:
    """Uses up claims that are held: each is planned anew for its next due, or gone where that is None."""
    again = {key: due for key, due in dues.items() if due is not None}
    await store.plan_again(unit.connection, again, unit.now, agendas)
    await store.remove_all(unit.connection, [key for key, due in dues.items() if due is None])


async def release(unit: Unit, key: str) -> None:
    """It acts at once, with all its attempts before it. Raises `NotFound` when no such timer is set aside."""
    if not await store.release(unit.connection, key, unit.now):
        raise NotFound("timer set aside", key)
