"""The only loop that wakes by itself: acts on due timers, sends notices, runs what must run regularly."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from controller.broadcasts import telling as broadcasts
from controller.broadcasts.standing import TIMER as BROADCAST_TIMER
from controller.core.clock import Clock
from controller.core.errors import VigiaError
from controller.core.steadiness import Steadiness
from controller.detection.maintenance import actions as maintenance
from controller.escalation import acting, quarantine
from controller.escalation import actions as escalation
from controller.escalation.acknowledgement import actions as acknowledgement
from controller.escalation.acknowledgement import chain
from controller.escalation.told.handover import packets
from controller.escalation.waiting import closing, pausing
from controller.fleet.orders import actions as orders
from controller.incidents.actions import resolve_if_quiet, resume_when_due
from controller.incidents.correspondence import CLOSE_TIMER
from controller.incidents.intake import CLEAR_TIMER
from controller.incidents.own import open_own
from controller.incidents.pauses.actions import PAUSE_TIMER
from controller.notify.actions import send_due
from controller.notify.channels import Channel
from controller.storage import Storage
from controller.timers import BatchHandler, Engine, Handler

log = logging.getLogger(__name__)

# Another controller may have planned a timer or written a notice without waking us.
_LONGEST_SLEEP = timedelta(seconds=30)
_HOOK_EVERY = timedelta(minutes=1)
# Whatever was lost is there again within a minute, whenever in between it was lost.
_AUDIT_EVERY = timedelta(seconds=30)
# A hook that asks to come back at once gets a breath all the same.
_SOONEST = timedelta(milliseconds=100)
# After a failure of the database: neither a storm nor a forgotten deadline.
_AFTER_FAILURE = timedelta(seconds=2)


CLOCK_JUMPED = "vigia.clock_jumped"
# How soon to see whether a clock that jumped was set back.
_HELD_LOOK_S = 5.0

Hook = Callable[[], Awaitable[datetime | None]]
"""Called at start, then at the instant it returned; after a minute when it returned None or failed."""

HANDLERS: Mapping[str, Handler] = {
    escalation.TIMER: acting.act_on_timer,
    CLEAR_TIMER: resolve_if_quiet,
    PAUSE_TIMER: resume_when_due,
    BROADCAST_TIMER: broadcasts.tell_on_timer,
    CLOSE_TIMER: closing.close_if_silent,
    orders.EXPIRY: orders.expire,
    acknowledgement.TIMER: chain.act_on_timer,
    maintenance.TIMER: maintenance.end_on_timer,
}
"""What a timer of each kind causes when it is due; what follows from that is told in `flow.py`."""

BATCHES: Mapping[str, BatchHandler] = {escalation.TIMER: acting.act_on_timers}
"""Of the kinds that come due by the thousand."""


class Ticker:
    """`channels` by preference, the log last. A hook or a channel that fails or hangs holds up no timer."""

    def __init__(
        self,
        storage: Storage,
        channels: Mapping[str, Channel],
        clock: Clock,
        hooks: Sequence[Hook] = (),
        handlers: Mapping[str, Handler] = HANDLERS,
        batches: Mapping[str, BatchHandler] = BATCHES,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._channels = channels
        self._engine = Engine(storage, handlers, batches=batches)
        self._steadiness = Steadiness(clock)
        self._hooks = (*hooks, self._audit)
        self._hook_due = [datetime.min.replace(tzinfo=UTC) for _ in self._hooks]
        self._bells = {name: asyncio.Event() for name in ("timers", "post")}

    def wake(self) -> None:
        """Something may be due sooner than was known. Call it after the commit, on the event loop."""
        for bell in self._bells.values():
            bell.set()

    async def turn(self) -> datetime | None:
        """Everything that is due now, in order: hooks, timers, notices. Returns when to come back."""
        dues = [await self._run_hooks(), await self._act(), await self._post()]
        return min((due for due in dues if due is not None), default=None)

    async def run(self) -> None:
        """Until cancelled. Timers, post and hooks wait for themselves, not for each other."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._loop("timers", self._act))
            tasks.create_task(self._loop("post", self._post))
            for place in range(len(self._hooks)):
                tasks.create_task(self._hook_loop(place))

    async def _loop(self, name: str, turn: Callable[[], Awaitable[datetime | None]]) -> None:
        bell = self._bells[name]
        while True:
            bell.clear()
            try:
                due = await turn()
            except Exception as error:
                # A full disk is said in one line each time; a bug of ours with its whole trace.
                log.warning("ticker failed part=%s reason=%s", name, error, exc_info=not _expected(error))
                # Not woken out of it: a full disk would make this a fast loop.
                await self._clock.sleep(_AFTER_FAILURE.total_seconds())
                continue
            now = self._clock.now()
            wait = min(due - now, _LONGEST_SLEEP) if due is not None else _LONGEST_SLEEP
            if wait > timedelta(0):
                await self._clock.wait(bell, wait.total_seconds())

    async def _hook_loop(self, place: int) -> None:
        while True:
            due = await self._call(place)
            await self._clock.sleep((due - self._clock.now()).total_seconds())

    async def _run_hooks(self) -> datetime:
        for place, due in enumerate(self._hook_due):
            if due <= self._clock.now():
                await self._call(place)
        return min(self._hook_due)

    async def _call(self, place: int) -> datetime:
        hook = self._hooks[place]
        wish: datetime | None = None
        try:
            wish = await hook()
        except VigiaError as error:
            log.warning("hook failed name=%s reason=%s", _name(hook), error)
        except Exception:
            log.exception("hook failed name=%s", _name(hook))
            wish = self._clock.now() + _AFTER_FAILURE
        now = self._clock.now()
        due = max(wish, now + _SOONEST) if wish is not None else now + _HOOK_EVERY
        self._hook_due[place] = due
        return due

    async def _act(self) -> datetime | None:
        """The engine's turn, unless the clock was just set forward: then nothing is due for a while."""
        moved = self._steadiness.look()
        if moved is not None:
            log.error("the clock was set by %.0f s", moved.total_seconds())
            async with self._storage.unit() as unit:
                await open_own(unit, CLOCK_JUMPED, "", {"clock_moved_s": f"{moved.total_seconds():.0f}"})
        held_s = self._steadiness.held_s()
        if held_s:
            return self._clock.now() + timedelta(seconds=min(held_s, _HELD_LOOK_S))
        return await self._engine.turn()

    async def _post(self) -> datetime | None:
        return await send_due(self._storage, self._channels, self._clock, packets)

    async def _audit(self) -> datetime | None:
        """Twice a minute: looks where the claims no longer do, and for timers that should be there."""
        self._engine.look_everywhere()
        rebuilt = await escalation.audit(self._storage)
        rebuilt += await broadcasts.audit(self._storage)
        rebuilt += await quarantine.audit(self._storage)
        rebuilt += await acknowledgement.audit(self._storage)
        rebuilt += await pausing.audit(self._storage)
        rebuilt += await maintenance.audit(self._storage)
        if await closing.audit(self._storage) + rebuilt:
            self.wake()
        return self._clock.now() + _AUDIT_EVERY


def _expected(error: Exception) -> bool:
    return isinstance(error, VigiaError)


def _name(hook: Hook) -> str:
    return str(getattr(hook, "__qualname__", hook))
