"""A question about a silent neighbour, and our word on it."""

from dataclasses import dataclass
from enum import Enum


class Sight(Enum):
    """What was seen at an address. ANSWERED: something spoke, if only to refuse."""

    UNKNOWN = "unknown"
    ANSWERED = "answered"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Asked:
    """A neighbour is silent: does it answer, and does our gateway? `addresses` are its own word of itself."""

    question_id: str
    suspect: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Testimony:
    """What we saw of it and of our gateway."""

    question_id: str
    machine: Sight
    gateway: Sight
