"""Acts on what is due: in order, in batches, each by itself where one fails (contract.md, The engine).

Neighbours of one kind are acted on together when their handler can. When that fails, it is undone, and each
is tried in a savepoint of its own, so that the one at fault is blamed and the others act.

Claims are leased in one short transaction and used up in the transaction of what they cause. A process that
is stopped in between and wakes late finds the fence moved on, and its write fails.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from controller.core.actor import ENGINE
from controller.core.errors import Unavailable
from controller.storage import Storage, Unit
from controller.timers import store
from controller.timers.timer import (
    ATTEMPTS_MAX,
    LEASE,
    BatchHandler,
    Claim,
    Fenced,
    Handler,
    TimerSetAside,
    retry_after,
)

log = logging.getLogger(__name__)

# How many are claimed at once: what is asked once for all of them costs a tenth less each than by 500, and
# nobody who writes waits for longer than a quarter of a second.
BATCH = 1_000
_ALONE = 100

# How far back a claim still looks after an empty poll: longer than any transaction lasts, and than two
# controllers' clocks differ. Without a floor an empty poll wades through dead rows (wire.md, Stores).
_LOOK_BACK = timedelta(minutes=10)

_BUSY = timedelta(milliseconds=500)


class Engine:
    """`handlers` maps a timer's kind to what it causes; an unknown kind counts as a failure. `batches` maps
    the kinds of which many can be acted on at once."""

    def __init__(
        self,
        storage: Storage,
        handlers: Mapping[str, Handler],
        batch_size: int = BATCH,
        batches: Mapping[str, BatchHandler] | None = None,
    ) -> None:
        self._storage = storage
        self._handlers = handlers
        self._batches = batches or {}
        self._batch_size = batch_size
        self._floor: datetime | None = None

    def look_everywhere(self) -> None:
        """Forget the floor once: the auditor asks for it, in case a clock was set back."""
        self._floor = None

    async def turn(self) -> datetime | None:
        """Everything that is due now; then when to look again, None when nothing is planned.

        Raises `Unavailable` when the database cannot write: claims in flight come back after their lease.
        """
        while True:
            now = self._storage.clock.now()
            async with self._storage.glancing() as connection:
                soonest = await store.next_wake(connection)
            if soonest is None or soonest > now:
                self._floor = now - _LOOK_BACK
                return soonest
            claims = await self._claim()
            if not claims:
                # Another engine has them; or they lie below the floor, where the auditor lets us look.
                return now + _BUSY
            for part in self._portions(claims):
                await self._act(part)

    def _portions(self, claims: Sequence[Claim]) -> Iterator[Sequence[Claim]]:
        """One transaction each: those that are acted on one by one hold up whoever else writes."""
        part: list[Claim] = []
        alone = 0
        for claim in claims:
            part.append(claim)
            alone += claim.kind not in self._batches
            if alone == _ALONE:
                yield part
                part, alone = [], 0
        if part:
            yield part

    async def _claim(self) -> tuple[Claim, ...]:
        async with self._storage.unit(ENGINE) as unit:
            return await store.claim(
                unit.connection, unit.now, unit.now + LEASE, self._batch_size, self._floor
            )

    async def _act(self, claims: Sequence[Claim]) -> None:
        async with self._storage.unit(ENGINE) as unit:
            await store.let_go_when_stopped(unit.connection)
            for kind, run in groupby(claims, lambda claim: claim.kind):
                for claim in await self._act_together(unit, kind, tuple(run)):
                    await self._act_once(unit, claim)

    async def _act_together(self, unit: Unit, kind: str, claims: Sequence[Claim]) -> Sequence[Claim]:
        """Gives back those that are still to be acted on, one by one."""
        handler = self._batches.get(kind)
        if handler is None or len(claims) == 1:
            return claims
        planned_before = len(unit.afterwards)
        try:
            async with unit.connection.begin_nested():
                left = await handler(unit, claims)
                while unit.announced:
                    await self._storage.dispatcher(unit, unit.announced.popleft())
        except Unavailable:
            raise
        except Exception as error:
            unit.announced.clear()
            del unit.afterwards[planned_before:]
            log.warning("timers failed together kind=%s count=%d", kind, len(claims), exc_info=error)
            return claims
        log.info("timers acted kind=%s count=%d", kind, len(claims) - len(left))
        return left

    async def _act_once(self, unit: Unit, claim: Claim) -> None:
        planned_before = len(unit.afterwards)
        try:
            async with unit.connection.begin_nested():
                await self._handlers[claim.kind](unit, claim)
                while unit.announced:
                    await self._storage.dispatcher(unit, unit.announced.popleft())
            log.info("timer acted key=%s due=%s", claim.key, claim.due.isoformat())
        except Unavailable:
            raise
        except Exception as error:
            unit.announced.clear()
            del unit.afterwards[planned_before:]
            if isinstance(error, Fenced):
                log.info("timer overtaken key=%s fence=%d", claim.key, claim.fence)
                return
            await self._note_failure(unit, claim, error)

    async def _note_failure(self, unit: Unit, claim: Claim, error: Exception) -> None:
        attempts = claim.attempts + 1
        said = f"{type(error).__name__}: {error}"[:500]
        if attempts >= ATTEMPTS_MAX:
            await store.note_failure(unit.connection, claim, said, None, unit.now)
            log.error("timer set aside key=%s attempts=%d", claim.key, attempts, exc_info=error)
            await self._say_set_aside(unit, claim, said)
        else:
            wake_at = unit.now + retry_after(attempts)
            await store.note_failure(unit.connection, claim, said, wake_at, None)
            log.warning("timer failed key=%s attempts=%d", claim.key, attempts, exc_info=error)

    async def _say_set_aside(self, unit: Unit, claim: Claim, error: str) -> None:
        """Whoever hears of it may fail, too: the timer is set aside all the same, and the auditor says it."""
        planned_before = len(unit.afterwards)
        try:
            async with unit.connection.begin_nested():
                unit.announce(TimerSetAside(claim.key, claim.kind, claim.subject, claim.due, error))
                while unit.announced:
                    await self._storage.dispatcher(unit, unit.announced.popleft())
        except Unavailable:
            raise
        except Exception:
            unit.announced.clear()
            del unit.afterwards[planned_before:]
            log.exception("no incident for a timer set aside key=%s", claim.key)
