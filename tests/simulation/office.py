"""An office of desktops and laptops, and how people treat them: seeded, in virtual time.

What they do is drawn day by day; the controller's own code then sees what it would see of it: beats while a
machine is on and its line holds, a goodbye when it was shut down, nothing at all when a lid was closed.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from controller.detection.hours import store as hours
from controller.detection.hours.week import slot_of
from controller.detection.lookout import Lookout
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.findings import FindingCleared, FindingRaised
from controller.fleet.machine import GoodbyeReason
from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.stations import note_events

ZONE = "America/Mexico_City"
LEARNING = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A machine is on and talks to us; `goodbye` says how it ended, None: without a word."""

    start: datetime
    end: datetime
    goodbye: GoodbyeReason | None = None


@dataclass(slots=True)
class Habits:
    """Minutes after midnight, and how likely things are on one day."""

    name: str
    role: str
    draw: random.Random
    arrives: int
    lunches: int
    leaves: int
    sleeps_at_lunch: float
    stays_on: bool
    says_goodbye: float
    id: UUID = field(default=UUID(int=0))

    def day(
        self, day: date, holiday: bool, happened: Counter[str], closes: int | None = None
    ) -> list[Stretch]:
        """In order, not touching each other. `closes`: all go home early, one by one."""
        draw = self.draw
        if day.weekday() >= 5 or holiday:
            if self.stays_on:
                return self._with_troubles([(day, 0, 24 * 60, None)], happened)
            return []
        start = 0 if self.stays_on else self.arrives + draw.randint(-15, 20)
        end = self.leaves + draw.randint(-20, 25)
        if draw.random() < 0.1:
            happened["worked late"] += 1
            end = min(end + draw.randint(60, 200), 23 * 60)
        bye = GoodbyeReason.SHUTDOWN if draw.random() < self.says_goodbye else None
        if self.stays_on:
            end, bye = 24 * 60, None
            if draw.random() < 0.25:
                happened["unplugged over night"] += 1
                end = 20 * 60 + draw.randint(0, 180)
        elif bye is None:
            happened[
                "taken home without a goodbye" if self.role == "laptop" else "switched off at the wall"
            ] += 1
        if closes is not None and not self.stays_on:
            happened["went home early with all"] += 1
            end = closes + draw.randint(0, 20)
        spans = [(day, start, end, bye)]
        if draw.random() < self.sleeps_at_lunch:
            happened["slept through lunch"] += 1
            lunch = self.lunches + draw.randint(-15, 15)
            spans = [(day, start, lunch, None), (day, lunch + draw.randint(35, 75), end, bye)]
        return self._with_troubles(spans, happened)

    def _with_troubles(
        self, spans: list[tuple[date, int, int, GoodbyeReason | None]], happened: Counter[str]
    ) -> list[Stretch]:
        found: list[Stretch] = []
        for day, first, last, bye in spans:
            start, end = at(day, first), at(day, last)
            cuts: list[tuple[datetime, int, GoodbyeReason | None]] = []
            if self.draw.random() < 0.06:
                happened["updated and restarted"] += 1
                cuts.append((self._inside(start, end), self.draw.randint(120, 600), GoodbyeReason.REBOOT))
            for _ in range(self.draw.choice((0, 0, 1, 2)) if self.role == "laptop" else 0):
                happened["lost its wifi"] += 1
                cuts.append((self._inside(start, end), self.draw.randint(60, 180), None))
            for instant, away_s, reason in sorted(cuts, key=lambda cut: cut[0]):
                back = instant + timedelta(seconds=away_s)
                if start < instant and back < end:
                    found.append(Stretch(start, instant, reason))
                    start = back
            found.append(Stretch(start, end, bye))
        return found

    def _inside(self, start: datetime, end: datetime) -> datetime:
        return start + (end - start) * self.draw.uniform(0.02, 0.98)


def at(day: date, minutes: int) -> datetime:
    """An instant of a day on the office's wall clock, in minutes after midnight."""
    return datetime.combine(day, time(), ZoneInfo(ZONE)) + timedelta(minutes=minutes)


def habits(size: int, seed: int) -> list[Habits]:
    draw = random.Random(seed)
    found = []
    for number in range(size):
        laptop = number % 5 in (1, 3)
        found.append(
            Habits(
                f"{'portatil' if laptop else 'puesto'}-{number}",
                "laptop" if laptop else "desktop",
                random.Random(draw.random()),
                arrives=draw.randint(8 * 60, 9 * 60 + 30),
                lunches=draw.randint(13 * 60, 14 * 60),
                leaves=draw.randint(17 * 60 + 30, 18 * 60 + 30),
                sleeps_at_lunch=0.9 if laptop else draw.choice((0.0, 0.0, 0.8)),
                stays_on=not laptop and draw.random() < 0.25,
                says_goodbye=0.0 if laptop else draw.choice((0.0, 0.7, 1.0)),
            )
        )
    return found


class Office:
    """`told`: the findings that were announced. Real deaths are `killed` at an instant until the next day."""

    def __init__(self, storage: Storage, clock: JumpingClock, size: int, seed: int) -> None:
        self.storage, self.clock = storage, clock
        self.people = habits(size, seed)
        self.happened: Counter[str] = Counter()
        self.told = note_events(storage)
        self.lookout = Lookout(storage)
        self.killed: dict[tuple[str, date], int] = {}
        self.closes: dict[date, int] = {}
        self._on: dict[UUID, Stretch] = {}

    async def open(self, first: date) -> None:
        """Three weeks before, in which it was seen and nothing judged."""
        self.clock.set(at(first, 0))
        await self.lookout.start()
        async with self.storage.unit() as unit:
            customer = await fleet.add_customer(unit, "Despacho", zone=ZONE)
            for one in self.people:
                one.id = unit.chance.uuid()
                values = {
                    "id": one.id, "customer_id": customer.id, "name": one.name, "role": one.role,
                    "enrolled_at": unit.now - LEARNING, "last_seen_at": unit.now - timedelta(hours=3),
                }  # fmt: skip
                await store.add_machine(unit.connection, values)
            for back in range(LEARNING.days, 0, -1):
                day = first - timedelta(days=back)
                seen = {(one.id, day): _quarters(one.day(day, False, Counter())) for one in self.people}
                await hours.add_presence(unit.connection, {key: on for key, on in seen.items() if on})

    async def live(self, day: date, holiday: bool = False, until: int = 24 * 60) -> None:
        """One day of it, `until` minutes after midnight: a turn of the lookout each minute, each five while
        hardly anybody is there. Whoever is on has been heard just before."""
        plans = {one.id: iter(self._of_day(one, day, holiday)) for one in self.people}
        coming = {machine_id: next(plan, None) for machine_id, plan in plans.items()}
        end = at(day, until)
        while self.clock.now() < end:
            idle = day.weekday() >= 5 or not at(day, 7 * 60 + 30) <= self.clock.now() < at(day, 23 * 60 + 30)
            now = min(end, self.clock.now() + timedelta(minutes=5 if idle else 1))
            self.clock.set(now)
            for machine_id, plan in plans.items():
                await self._move(machine_id, plan, coming, now)
            await self.lookout.turn()

    def _of_day(self, one: Habits, day: date, holiday: bool) -> list[Stretch]:
        plan = one.day(day, holiday, self.happened, self.closes.get(day))
        minutes = self.killed.get((one.name, day))
        if minutes is None:
            return plan
        dies = at(day, minutes)
        return [Stretch(s.start, min(s.end, dies)) if s.end > dies else s for s in plan if s.start < dies]

    async def _move(
        self, machine_id: UUID, plan: Iterator[Stretch], coming: dict[UUID, Stretch | None], now: datetime
    ) -> None:
        presence, running = self.lookout.presence, self._on.get(machine_id)
        if running is not None and running.end <= now:
            presence.left(machine_id)
            del self._on[machine_id]
            if running.goodbye is not None:
                async with self.storage.unit() as unit:
                    await fleet.say_goodbye(unit, machine_id, running.goodbye, None)
        following = coming[machine_id]
        while following is not None and following.end <= now:
            following = coming[machine_id] = next(plan, None)
        if machine_id not in self._on and following is not None and following.start <= now:
            self._on[machine_id] = following
            coming[machine_id] = next(plan, None)
            presence.arrived(machine_id)
            async with self.storage.unit() as unit:
                await store.change_machine(
                    unit.connection, machine_id, connected=True, goodbye_reason=None, goodbye_at=None
                )
        elif machine_id in self._on:
            presence.heard(machine_id)

    def raised(self) -> list[tuple[str, datetime, str]]:
        """(machine, when, severity), in order."""
        names = {one.id: one.name for one in self.people}
        found = [event.finding for event in self.told if isinstance(event, FindingRaised)]
        return [(names[one.machine_id], one.opened_at, one.severity.value) for one in found]

    def cleared(self) -> int:
        return sum(isinstance(event, FindingCleared) for event in self.told)


def _quarters(stretches: list[Stretch]) -> int:
    found = 0
    for one in stretches:
        start, end = (x.astimezone(ZoneInfo(ZONE)) for x in (one.start, one.end - timedelta(seconds=1)))
        found |= sum(1 << slot for slot in range(slot_of(start), slot_of(end) + 1))
    return found
