"""A timer, and a claim on it that may have been overtaken."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from controller.core.errors import VigiaError
from controller.core.events import Event
from controller.storage import Unit

# Long enough for a batch; short enough that what a killed process had claimed is acted on in time (T4a).
LEASE = timedelta(seconds=20)
ATTEMPTS_MAX = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to act on a timer once, until its lease ends or somebody plans it anew.

    `due` is the instant it was planned for; `fence` the number that `take` compares; `agenda` whatever its
    planner left for its handler, None: nothing.
    """

    key: str
    kind: str
    subject: UUID
    due: datetime
    fence: int
    attempts: int
    agenda: str | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A timer that failed five times. It blocks nobody and waits for a person."""

    key: str
    kind: str
    subject: UUID
    due: datetime
    set_aside_at: datetime
    last_error: str


@dataclass(frozen=True, slots=True)
class TimerSetAside(Event):
    """It has failed too often, and will do nothing before somebody releases it."""

    key: str
    kind: str
    subject: UUID
    due: datetime
    error: str


class Fenced(VigiaError):
    """This claim was overtaken: planned anew, cancelled, or taken by another process meanwhile."""


Handler = Callable[[Unit, Claim], Awaitable[None]]
"""Locks its subject first, then calls `take`, then acts: the order in which everybody locks, so that none
waits for another in a circle. All of it shares one savepoint; raising undoes it."""

BatchHandler = Callable[[Unit, Sequence[Claim]], Awaitable[Sequence[Claim]]]
"""The same for many at once, in order of their dues: `hold`s the claims and `settle`s each of them. Gives
back those that it left alone (their subject is busy): they are acted on one by one. Raising undoes them all,
and each is tried alone."""


def retry_after(attempts: int) -> timedelta:
    """1, 2, 4, 8 s: a fault that passes by itself costs seconds of a deadline, not minutes."""
    return timedelta(seconds=2 ** max(0, attempts - 1))
