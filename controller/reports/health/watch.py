"""The watch on ourselves: looks every few minutes, an incident of the house for what is bad, and its end."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from controller.core.actor import SYSTEM
from controller.core.disk import Disk
from controller.fleet.house import HOUSE
from controller.fleet.identity.authority import Authority
from controller.incidents import store as incidents
from controller.incidents.actions import end_own, open_own
from controller.incidents.case import CaseState, Incident
from controller.incidents.timeline import Entry
from controller.reports.health import reading
from controller.reports.health.signs import (
    LATE_REMEMBERED,
    SET_ASIDE,
    WATCHED,
    Grade,
    Sign,
    disk,
)
from controller.storage import Connection, Storage

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=3)
_TARGETS_EVERY = timedelta(minutes=30)
# What was written before this process looked first: so many entries are enough to find an hour's lateness.
_LOOK_BACK = 5_000
_OWN_MOST = 500


@dataclass(frozen=True, slots=True)
class Health:
    """What is watched at `at`; `open`: the house's open incidents, `ended`: its resolved and closed ones, the
    newest first."""

    at: datetime
    signs: tuple[Sign, ...]
    open: tuple[Incident, ...]
    ended: tuple[Incident, ...]

    @property
    def grade(self) -> Grade:
        return max((sign.grade for sign in self.signs), default=Grade.GOOD)


class Watch:
    """`turn` is a hook of the ticker; `look` only looks. `folder` is where our data lies."""

    def __init__(self, storage: Storage, place: Disk, folder: Path) -> None:
        self._storage = storage
        self._disk = place
        self._folder = folder
        self._started = storage.clock.now()
        self._lates: list[Entry] = []
        self._position: int | None = None
        self._targets: tuple[Sign, ...] = ()
        self._targets_at: datetime | None = None
        self._turned = False
        # Opened after us; until then nothing is said of it.
        self.authority: Authority | None = None

    async def turn(self) -> datetime:
        """Not at once: a controller that starts has much to make up for. Raises `Unavailable`."""
        now = self._storage.clock.now()
        if not self._turned:
            self._turned = True
            return now + EVERY
        found = await self.look()
        await self._act(found)
        return now + EVERY

    async def look(self) -> Health:
        """Reads only. Raises `Unavailable`."""
        now = self._storage.clock.now()
        async with self._storage.reading() as connection:
            signs = [
                *await self._month(connection, now),
                await reading.engine(connection, await self._late(connection, now), now, self._started),
                *await reading.set_aside(connection),
                await reading.post(connection, now),
                *await reading.rota(connection, now),
                disk(str(self._folder), self._disk.free_bytes(self._folder)),
                *await reading.authority(connection, self.authority, now),
            ]
            own = await incidents.queue(connection, customer_id=HOUSE, limit=_OWN_MOST)
        still_open = tuple(one for one in own if one.state is CaseState.OPEN)
        # What others saw and said themselves: timers that were missing, a clock that was set.
        signs += [
            Sign(one.rule, one.object, Grade.BAD, one.facts) for one in still_open if one.rule not in WATCHED
        ]
        return Health(
            now,
            tuple(signs),
            still_open,
            tuple(one for one in own if one.state is not CaseState.OPEN),
        )

    async def _month(self, connection: Connection, now: datetime) -> Sequence[Sign]:
        """A month is read and judged again every half hour."""
        at = self._targets_at
        if at is None or not at <= now < at + _TARGETS_EVERY:
            self._targets, self._targets_at = tuple(await reading.targets(connection, now)), now
        return self._targets

    async def _late(self, connection: Connection, now: datetime) -> list[Entry]:
        """What the engine marked as late in the last hour: each entry is read once, by its place."""
        fresh, self._position = await incidents.noted_late(connection, self._position, _LOOK_BACK)
        # By id: a page may look at the same time as the hook.
        every = {entry.id: entry for entry in (*self._lates, *fresh)}
        self._lates = [e for e in every.values() if now - e.recorded_at < LATE_REMEMBERED]
        return self._lates

    async def _act(self, found: Health) -> None:
        """Timers set aside have an incident from who sets them aside; here they are only looked at."""
        watched = [sign for sign in found.signs if sign.rule != SET_ASIDE]
        known = {(one.rule, one.object) for one in found.open}
        for sign in watched:
            if sign.grade is Grade.BAD and (sign.rule, sign.object) not in known:
                async with self._storage.unit(SYSTEM) as unit:
                    case = await open_own(unit, sign.rule, sign.object, sign.facts)
                log.warning("alarm about ourselves rule=%s reference=%s", sign.rule, case.reference)
        lasting = {(sign.rule, sign.object) for sign in watched if sign.grade is not Grade.GOOD}
        for rule, name in sorted(known - lasting):
            if rule in WATCHED and rule != SET_ASIDE:
                async with self._storage.unit(SYSTEM) as unit:
                    await end_own(unit, rule, name)
