"""What this room announces."""

from dataclasses import dataclass
from uuid import UUID

from controller.core.events import Event
from controller.problems.problem import Link


@dataclass(frozen=True, slots=True)
class ProblemChanged(Event):
    """Anything about it: a word, a state, a link, something sent."""

    problem_id: UUID


@dataclass(frozen=True, slots=True)
class IncidentLinked(Event):
    """A customer has this problem, now that we know."""

    link: Link
