"""The only loop that wakes by itself: acts on due timers, sends notices, runs what must run regularly."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.core.clock import Clock
from controller.core.errors import VigiaError
from controller.escalation.actions import audit
from controller.notify.actions import send_due
from controller.notify.channels import Channel
from controller.storage import Storage
from controller.timers import Engine, Handler

log = logging.getLogger(__name__)

# Another controller may have planned a timer or written a notice without waking us.
_LONGEST_SLEEP = timedelta(seconds=30)
_AUDIT_EVERY_S = 60.0
# After a failure of the database: neither a storm nor a forgotten deadline.
_AFTER_FAILURE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Hook:
    """Called at start, then at the instant it returns, and each `every_s` seconds at the latest."""

    name: str
    every_s: float
    call: Callable[[], Awaitable[datetime | None]]


class Ticker:
    """`channels` by preference, the log last. A hook or a channel that fails or hangs holds up no timer."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        handlers: Mapping[str, Handler],
        channels: Mapping[str, Channel],
        hooks: Sequence[Hook] = (),
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._channels = channels
        self._engine = Engine(storage, handlers)
        self._hooks = (*hooks, Hook("auditor", _AUDIT_EVERY_S, self._audit))
        self._hook_due = {hook.name: datetime.min.replace(tzinfo=clock.now().tzinfo) for hook in self._hooks}
        self._bells = {name: asyncio.Event() for name in ("timers", "post")}

    def wake(self) -> None:
        """Something may be due sooner than was known. Call it after the commit, on the event loop."""
        for bell in self._bells.values():
            bell.set()

    async def turn(self) -> datetime | None:
        """Everything that is due now, in order: hooks, timers, notices. Returns when to come back."""
        dues = [await self._run_hooks(), await self._engine.turn(), await self._post()]
        return min((due for due in dues if due is not None), default=None)

    async def run(self) -> None:
        """Until cancelled. Timers, post and hooks wait for themselves, not for each other."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._loop("timers", self._engine.turn))
            tasks.create_task(self._loop("post", self._post))
            for hook in self._hooks:
                tasks.create_task(self._hook_loop(hook))

    async def _loop(self, name: str, turn: Callable[[], Awaitable[datetime | None]]) -> None:
        bell = self._bells[name]
        while True:
            bell.clear()
            try:
                due = await turn()
            except Exception:
                log.exception("ticker turn failed part=%s", name)
                due = self._clock.now() + _AFTER_FAILURE
                # Not woken out of it: a full disk would make this a fast loop.
                await self._clock.sleep(_AFTER_FAILURE.total_seconds())
                continue
            now = self._clock.now()
            wait = min(due - now, _LONGEST_SLEEP) if due is not None else _LONGEST_SLEEP
            await self._clock.wait(bell, max(wait.total_seconds(), 0.0))

    async def _hook_loop(self, hook: Hook) -> None:
        while True:
            due = await self._call(hook)
            await self._clock.sleep((due - self._clock.now()).total_seconds())

    async def _run_hooks(self) -> datetime:
        for hook in self._hooks:
            if self._hook_due[hook.name] <= self._clock.now():
                await self._call(hook)
        return min(self._hook_due.values())

    async def _call(self, hook: Hook) -> datetime:
        latest = self._clock.now() + timedelta(seconds=hook.every_s)
        wish: datetime | None = None
        try:
            wish = await hook.call()
        except VigiaError as error:
            log.warning("hook failed name=%s reason=%s", hook.name, error)
        except Exception:
            log.exception("hook failed name=%s", hook.name)
        soonest = self._clock.now() + timedelta(milliseconds=100)
        self._hook_due[hook.name] = max(min(wish, latest), soonest) if wish is not None else latest
        return self._hook_due[hook.name]

    async def _post(self) -> datetime | None:
        return await send_due(self._storage, self._channels, self._clock)

    async def _audit(self) -> None:
        self._engine.look_everywhere()
        if await audit(self._storage):
            self.wake()
