"""What is owed to customers in the next hours, and who is there to do it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from controller.reports.forecast.pace import Paces
from controller.sla.calendar import Calendar
from controller.sla.durations import Duration

LEVELS = (1, 2, 3)


class Chance(Enum):
    """What is likely to become of a promise. `MISSED` is no forecast: its time is over, and it is owed."""

    MISSED = "missed"
    LIKELY_MISSED = "likely_missed"
    AT_RISK = "at_risk"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often the customer is told: each word brings the next promise."""

    every: Duration
    calendar: Calendar

    def due(self, said_at: datetime) -> datetime:
        return self.every.after(said_at, self.calendar, timedelta(0))


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise that a person has to keep. `clock`: first_response, update or resolution; `part` counts what
    follows from it. `ready`: nobody begins before. `levels`: from when it lies with which level, in order of
    time, the first one since ever: the contract's clock moves it up by itself."""

    number: int
    severity: str
    clock: str
    due: datetime
    ready: datetime
    levels: tuple[tuple[datetime, int], ...]
    cadence: Cadence | None = None
    opened_at: datetime | None = None
    part: int = 0

    @property
    def key(self) -> tuple[int, str, int]:
        return self.number, self.clock, self.part

    @property
    def reference(self) -> str:
        return f"INC-{self.number}"

    def level_at(self, instant: datetime) -> int:
        return [level for since, level in self.levels if since <= instant or since == self.levels[0][0]][-1]


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody of `level` is on duty from `since` to `until`."""

    who: str
    level: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """All that a forecast is made from. `first`: incidents that are taken before all others; `keepable`: what
    is missed already waits until the rest is done. New incidents are not foreseen."""

    now: datetime
    until: datetime
    owed: tuple[Owed, ...]
    crew: tuple[Shift, ...]
    paces: Paces
    first: frozenset[int] = field(default_factory=frozenset)
    keepable: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """When a promise's act is done, by whom of which level, and how many acts that level did before it."""

    owed: Owed
    at: datetime
    who: str
    level: int
    ahead: int


Served = Mapping[tuple[int, str, int], Done]
