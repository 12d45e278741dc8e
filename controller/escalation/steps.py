"""Pure: what the engine has to do for an incident now, and when to look again (contract.md T1, T4a)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from controller.sla.moments import Moment, next_moments
from controller.sla.state import BREACHED, PENDING, Clock, State

IN_TIME = timedelta(seconds=60)
"""T4a: an escalation committed within this time of its due is written with `at` = due."""

JUST_AFTER = timedelta(microseconds=1)
"""T1: exactly at its deadline a clock is still in time."""

_LEVELS = {"escalate_l2": 2, "escalate_l3": 3}


class StepKind(Enum):
    WARN = "warn"
    CLIMB = "climb"
    BREACH = "breach"


_ORDER = {StepKind.CLIMB: 0, StepKind.BREACH: 1, StepKind.WARN: 2}


@dataclass(frozen=True, slots=True)
class Step:
    """`at`: when it was to be done. `restart` counts how often the deadline was moved: a moved deadline is
    warned of anew. `level` is where a climb leads. `origin` is when an update window opened: a word that is
    written down late puts a window before it and moves its number, and must not make it news again."""

    kind: StepKind
    at: datetime
    due: datetime
    clock: str
    window: int
    restart: int
    fraction: float | None = None
    level: int | None = None
    origin: datetime | None = None

    @property
    def key(self) -> str:
        """Natural within the incident."""
        window = (
            str(self.window) if self.origin is None else f"{self.origin.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
        )
        part = f"{self.kind.value}:{self.fraction:g}" if self.fraction is not None else self.kind.value
        return f"{self.clock}/{window}.{self.restart}/{part}"


def look(
    state: State, level: int, warn_at: Iterable[float], done: Collection[str]
) -> tuple[tuple[Step, ...], datetime | None]:
    """What is due at `state.as_of` and not done yet, in order of time; and when something may be due next: a
    warning, a climb at its due, a breach just after it (T1).

    A warning that a later one has overtaken, or whose deadline has passed, is not made up for: it would warn
    of nothing. A breach and a climb always are.
    """
    # Seen from the opening, every warning of a running clock lies ahead.
    moments = next_moments(state, warn_at, state.opened_at)
    found = [*_warnings(state, moments), *_climbs(state, level), *_breaches(state)]
    steps = [step for step in found if step.key not in done]
    if len(steps) > 1:
        steps.sort(key=lambda step: (step.at, _ORDER[step.kind], step.level or 0))
    return tuple(steps), min(_looks(state, moments), default=None)


def _looks(state: State, moments: Iterable[Moment]) -> Iterable[datetime]:
    for moment in moments:
        if moment.kind == "warn":
            if moment.at > state.as_of:
                yield moment.at
        elif moment.at >= state.as_of:
            as_due = moment.kind != "due" or moment.clock in _LEVELS
            yield moment.at if as_due else moment.at + JUST_AFTER


def _warnings(state: State, moments: Iterable[Moment]) -> list[Step]:
    latest: dict[str, Step] = {}
    for moment in moments:
        if moment.kind != "warn" or moment.at > state.as_of:
            continue
        clock = _clock(state, moment.clock, moment.window)
        if clock.due is not None and state.as_of < clock.due:
            latest[moment.clock] = Step(
                StepKind.WARN, moment.at, clock.due, moment.clock, moment.window, moment.restart,
                fraction=moment.fraction, origin=_origin(clock),
            )  # fmt: skip
    return list(latest.values())


def _climbs(state: State, level: int) -> list[Step]:
    if state.status != "open":
        return []
    return [
        Step(StepKind.CLIMB, clock.due, clock.due, name, 0, clock.restart, level=target)
        for name, target in _LEVELS.items()
        if (clock := state.clocks.get(name)) is not None
        and clock.state in (PENDING, BREACHED)
        and clock.due is not None
        and clock.due <= state.as_of
        and level < target
    ]


def _breaches(state: State) -> list[Step]:
    found: list[Step] = []
    for breach in state.breaches:
        clock = _clock(state, breach.clock, breach.window)
        found.append(
            Step(
                StepKind.BREACH,
                breach.at,
                clock.due or breach.at,
                breach.clock,
                breach.window,
                clock.restart,
                origin=_origin(clock),
            )
        )
    return found


def _origin(clock: Clock) -> datetime | None:
    return clock.origin if clock.name == "update" else None


def _clock(state: State, name: str, window: int) -> Clock:
    return state.updates[window] if name == "update" else state.clocks[name]
