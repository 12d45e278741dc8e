"""What a rule is: it looks at one reading and says, object by object, which levels are entered or left.

Pure: no clock, no files, no threads. What a rule must remember between readings stands in the `memory` it is
given, as plain JSON values, so that it survives a restart of the agent with the findings.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

Memory = MutableMapping[str, Any]
MINUTE_S = 60.0
HOUR_S = 3600.0
GIB = 1024.0**3


@dataclass(frozen=True, slots=True)
class Level:
    """One severity of one rule: entered and left are different thresholds (hysteresis).

    Neither: between the two, nothing changes. `hold_s`: how long it must be entered before it counts.
    """

    severity: Severity
    entered: bool
    left: bool
    hold_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What a rule saw of one object. Facts are plain text with the unit in the key.

    `since` says when the symptom began where the rule knows better than "at this reading". A larger
    `occurrence` than before is the symptom anew, or worse within its severity: a finding of its own, which
    the incident takes in with its facts, its evidence and the minutes before it.
    """

    object: str
    levels: tuple[Level, ...]
    facts: Mapping[str, str]
    since: datetime | None = None
    occurrence: float = 0.0


class Rule(Protocol):
    """One a file. `reads` is the collector's name before any ":"; `FACTS` are in every finding it makes.

    `LIMITS` are the thresholds that roles and a customer's file may change; `look` finds them in its terms.
    """

    @property
    def id(self) -> str: ...

    @property
    def reads(self) -> str: ...

    @property
    def FACTS(self) -> tuple[str, ...]: ...  # noqa: N802 - a constant of its class

    @property
    def LIMITS(self) -> tuple[Limit, ...]: ...  # noqa: N802 - a constant of its class

    @property
    def clear_s(self) -> float:
        """How long the symptom must be gone before the finding is cleared: what flaps makes no storm."""
        ...

    @property
    def forgets(self) -> bool:
        """Whether an object that is no longer there (an unmounted disk) is a symptom that ended."""
        ...

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        """The objects this reading tells about. An unknown value is no sight: neither raised nor cleared."""
        ...


@runtime_checkable
class Seldom(Protocol):
    """A rule whose collector looks seldom: silence up to `blind_max_s` between two looks is no blindness."""

    @property
    def blind_max_s(self) -> float: ...


@runtime_checkable
class Hearing(Protocol):
    """A rule that also hears another collector's readings, to remember them: it says nothing of them."""

    @property
    def hears(self) -> str: ...


def plain(value: float) -> str:
    """A number as a fact: decimal, at most four places, no exponent."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def by_object(reading: Reading, attribute: str, *names: str) -> dict[str, dict[str, float]]:
    """The named metrics by an attribute's value; objects without the first of them are left out."""
    found: dict[str, dict[str, float]] = {}
    for metric in reading.metrics:
        if metric.name in names and attribute in metric.attributes:
            found.setdefault(metric.attributes[attribute], {})[metric.name] = metric.value
    return {key: values for key, values in found.items() if names[0] in values}


def attributes_of(reading: Reading, attribute: str, value: str) -> Mapping[str, str]:
    """All attributes of the first metric about that object."""
    for metric in reading.metrics:
        if metric.attributes.get(attribute) == value:
            return metric.attributes
    return {}
