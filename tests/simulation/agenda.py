"""What happens in the year, drawn from the seed before anything of it is lived."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappush
from random import Random

from tests.simulation.world import BEGINS

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
_SEVERITIES = ("critical", "high", "high", "normal", "normal", "normal")


@dataclass(frozen=True, order=True, slots=True)
class Happening:
    """At `at`: `what` to incident number `case` of the year (-1: to the controller or the contracts)."""

    at: datetime
    place: int
    what: str
    case: int = -1
    severity: str = ""
    minutes: float = 0.0
    customer: int = 0


class Draw:
    def __init__(self, seed: int, days: int, cases: int) -> None:
        self.random = Random(seed)
        self.end = BEGINS + days * DAY
        self.found: list[Happening] = []
        for case in range(cases):
            self._case(case, BEGINS + self.random.random() * days * DAY)
        self._controller(days)

    def _put(self, at: datetime, what: str, case: int = -1, **more: object) -> None:
        heappush(self.found, Happening(at, len(self.found), what, case, **more))  # type: ignore[arg-type]

    def _after(self, minutes: float) -> timedelta:
        """Skewed, as people's times are: half of them within `minutes`, some far beyond."""
        return MINUTE * round(self.random.lognormvariate(0.0, 1.1) * minutes, 3)

    def _case(self, case: int, opened: datetime) -> None:
        """One incident's life as its people would live it; the engine does its part by itself."""
        chance = self.random.random
        severity = self.random.choice(_SEVERITIES)
        typical = {"critical": 18.0, "high": 60.0, "normal": 130.0}[severity]
        self._put(opened, "call" if chance() < 0.4 else "fault", case, severity=severity,
                  customer=self.random.randrange(3))  # fmt: skip
        at = opened + self._after(typical)
        if chance() < 0.06:
            at += DAY * self.random.choice((1, 2, 3))  # nobody looks for a long while
        if chance() < 0.10:
            self._put(at + self._after(50), "late_call", case, minutes=round(5 + 60 * chance(), 2))
        else:
            self._put(at, "respond", case)
        for _ in range(self.random.choice((0, 0, 1, 1, 2, 3))):
            at += self._after({"critical": 70.0, "high": 150.0, "normal": 400.0}[severity])
            self._put(at, "update", case)
        if chance() < 0.15:
            begun = opened + self._after(200)
            self._put(begun, "pause", case)
            if chance() < 0.8:
                self._put(begun + self._after(300), "resume", case)
        if chance() < 0.12:
            self._put(opened + self._after(100), "severity", case, severity=self.random.choice(_SEVERITIES))
        if chance() < 0.10:
            self._put(opened + self._after(150), "escalate", case, minutes=self.random.choice((2, 2, 3)))
        resolved = at + self._after(120)
        self._put(resolved, "resolve", case)
        if chance() < 0.10:
            again = resolved + self._after(600)
            self._put(again, "reopen", case)
            self._put(again + self._after(60), "update", case)
            self._put(again + self._after(200), "resolve", case)

    def _controller(self, days: int) -> None:
        """Outages, clocks that are set, contracts that change."""
        for _ in range(max(1, days // 25)):
            at = BEGINS + self.random.random() * days * DAY
            self._put(at, "outage", minutes=self.random.choice((4, 20, 90, 400, 700)))
        for _ in range(max(1, days // 40)):
            at = BEGINS + self.random.random() * days * DAY
            self._put(at, "clock", minutes=self.random.choice((-3, -1, 25, 60)))
        self._put(BEGINS + days * DAY * 0.4, "plan")
        self._put(BEGINS + days * DAY * 0.6, "calendar")
