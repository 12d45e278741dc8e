"""State a machine's hours, find those in force, and keep the diary that they are learnt from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from controller.audit.actions import record
from controller.core.clock import Clock
from controller.core.errors import Conflict, NotFound
from controller.detection.hours import store
from controller.detection.hours.learning import KEPT_DAYS, learnt
from controller.detection.hours.week import Hours, HoursSource, slot_of
from controller.fleet import store as fleet
from controller.fleet.machine import Machine, MachineRole
from controller.storage import Connection, Unit

OFFICE = frozenset({MachineRole.DESKTOP, MachineRole.LAPTOP})
_LOOK_AGAIN_S = 300.0
_SWEEP_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Expected:
    """When a desktop or laptop is expected to be on; `hours` None: nobody said, and it is not learnt yet, so
    that nobody is told of its silence. `stated_by` and `stated_at` when a person said so."""

    hours: Hours | None
    stated_by: str = ""
    stated_at: datetime | None = None

    @property
    def source(self) -> str:
        """`stated`, `learnt` or `none`."""
        return self.hours.source.value if self.hours is not None else "none"


async def hours_of(connection: Connection, machine: Machine, zone: str, now: datetime) -> Expected:
    """What counts now for a desktop or laptop: a person's word, else what its presence says."""
    stated = await store.stated_of(connection, machine.id)
    if stated is not None:
        return Expected(*stated)
    presence = await store.presence(connection, machine.id)
    return Expected(learnt(presence, now.astimezone(ZoneInfo(zone)).date()))


async def state_hours(unit: Unit, machine_id: UUID, hours: Hours | None) -> None:
    """From now on these; None: those that are learnt, again. Raises `NotFound`, `Conflict` for a server."""
    machine = await fleet.machine(unit.connection, machine_id)
    if machine is None:
        raise NotFound("machine", str(machine_id))
    if machine.role not in OFFICE:
        raise Conflict(f"{machine.name} is neither a desktop nor a laptop: only those have hours")
    if hours is None:
        await store.unstate(unit.connection, machine_id)
    else:
        await store.state(unit.connection, machine_id, hours, unit.now, unit.actor.name)
    source = HoursSource.LEARNT if hours is None else HoursSource.STATED
    await record(unit, "machine.hours", machine.name, {"source": source.value})


class Diary:
    """What one process remembers of presence and hours, so that a turn costs a look into memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._zones: dict[UUID, str] = {}
        self._others: set[UUID] = set()
        self._noted: dict[UUID, tuple[date, int]] = {}
        self._stated: dict[UUID, Hours] = {}
        self._stated_s: float | None = None
        self._learnt: dict[UUID, tuple[date, Hours | None]] = {}
        self._swept_s: float | None = None

    async def note(self, unit: Unit, heard: Iterable[UUID]) -> None:
        """These were heard just now: their quarter of the hour is one of presence."""
        ids = set(heard)
        if ids - self._zones.keys() - self._others:
            self._zones = await store.office_zones(unit.connection)
            self._others |= ids - self._zones.keys()
        new: dict[tuple[UUID, date], int] = {}
        for machine_id in ids & self._zones.keys():
            local = unit.now.astimezone(ZoneInfo(self._zones[machine_id]))
            day, bit = local.date(), 1 << slot_of(local)
            known_day, known = self._noted.get(machine_id, (day, 0))
            known = known if known_day == day else 0
            if not known & bit:
                new[machine_id, day] = bit
                self._noted[machine_id] = (day, known | bit)
        await store.add_presence(unit.connection, new)
        await self._sweep(unit)

    async def hours(self, unit: Unit, machine: Machine, zone: str) -> Hours | None:
        """Those in force: what people state counts within five minutes, what is learnt from the next day."""
        today, now_s = unit.now.astimezone(ZoneInfo(zone)).date(), self._clock.monotonic()
        if self._stated_s is None or now_s - self._stated_s >= _LOOK_AGAIN_S:
            self._stated, self._stated_s = await store.every_stated(unit.connection), now_s
        if machine.id in self._stated:
            return self._stated[machine.id]
        day, known = self._learnt.get(machine.id, (None, None))
        if day != today:
            known = learnt(await store.presence(unit.connection, machine.id), today)
            self._learnt[machine.id] = (today, known)
        return known

    async def _sweep(self, unit: Unit) -> None:
        """Once a day, what nothing is learnt from any more."""
        now_s = self._clock.monotonic()
        if self._swept_s is None or now_s - self._swept_s >= _SWEEP_S:
            self._swept_s = now_s
            await store.forget_before(unit.connection, (unit.now - timedelta(days=KEPT_DAYS + 2)).date())
