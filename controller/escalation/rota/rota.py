"""A rota: members take turns at a level, handing over on the local clock of its zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from controller.sla.calendar import Calendar

LEVELS = (1, 2, 3)
ACKNOWLEDGE: Mapping[str, timedelta | None] = {
    "critical": timedelta(minutes=5),
    "high": timedelta(minutes=15),
    "normal": None,
}
"""How long whoever is told may take to acknowledge, by severity; None: nobody is asked."""


@dataclass(frozen=True, slots=True)
class Rota:
    """`members` are logins, in order; `first` is the day on which a turn of `members[0]` begins, and every
    `every_days` days (1..366) the next one takes over at `hand_over`, both on the local clock of `zone`. The
    order goes on without beginning or end. `hours`: only then, in the same zone; None: at every hour."""

    name: str
    level: int
    zone: str
    members: tuple[str, ...]
    first: date
    hand_over: time = time(9)
    every_days: int = 7
    hours: Calendar | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """`who` (a login) has the duty at `level` from `start` until just before `end`, instead of whoever the
    rotas name. Of two that overlap the higher `number`, written later, holds."""

    number: int
    level: int
    who: str
    start: datetime
    end: datetime
    reason: str = ""
    by: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every rota of every level. A level without one is held by those who are flagged as on duty."""

    rotas: tuple[Rota, ...] = ()
    acknowledge: Mapping[str, timedelta | None] = field(default_factory=lambda: dict(ACKNOWLEDGE))
    effective_from: datetime | None = None

    def at(self, level: int) -> tuple[Rota, ...]:
        return tuple(rota for rota in self.rotas if rota.level == level)
