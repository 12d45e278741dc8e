"""What neighbours saw of a silent machine, and what it amounts to: pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from uuid import UUID


class Sight(Enum):
    """ANSWERED: something at the address spoke, if only to refuse. NOTHING: no sign within the time.
    UNKNOWN: it could not be looked at, or the machine's owner forbids it."""

    UNKNOWN = "unknown"
    ANSWERED = "answered"
    NOTHING = "nothing"


class Cause(Enum):
    """AGENT: the machine lives, its agent does not reach us. MACHINE: it alone does not answer. LINK: its
    whole place is gone, or neighbours do not reach the gateway either. UNWITNESSED: nobody could be asked;
    UNCLEAR: who was asked could not tell."""

    AGENT = "agent_dead"
    MACHINE = "machine_dead"
    LINK = "link_dead"
    UNWITNESSED = "no_neighbour"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Testimony:
    """One neighbour's word."""

    witness_id: UUID
    machine: Sight
    gateway: Sight


@dataclass(frozen=True, slots=True)
class Verdict:
    """`witnesses`: who saw what the cause says. `confirms`: the silence is an outage without more waiting."""

    cause: Cause
    witnesses: tuple[UUID, ...] = ()

    @property
    def confirms(self) -> bool:
        return self.cause is Cause.MACHINE


def weighed(words: Collection[Testimony], asked: int) -> Verdict:
    """One who heard an answer outweighs any who did not; whoever misses the gateway too proves nothing about
    the machine. `asked`: how many were asked."""
    answered = [one.witness_id for one in words if one.machine is Sight.ANSWERED]
    if answered:
        return Verdict(Cause.AGENT, tuple(answered))
    saw_nothing = [one for one in words if one.machine is Sight.NOTHING]
    reached_out = [one.witness_id for one in saw_nothing if one.gateway is Sight.ANSWERED]
    if reached_out:
        return Verdict(Cause.MACHINE, tuple(reached_out))
    cut_off = [one.witness_id for one in saw_nothing if one.gateway is Sight.NOTHING]
    if cut_off:
        return Verdict(Cause.LINK, tuple(cut_off))
    return Verdict(Cause.UNCLEAR if asked else Cause.UNWITNESSED)
