"""Thresholds as data: each rule declares its limits, roles move them, a customer's file has the last word.

A limit's unit is the last word of its name: `critical_percent`, `high_gib`, `normal_minutes`. Order of
precedence: file, role, default.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agent.role import Role


@dataclass(frozen=True, slots=True)
class Limit:
    """One number of a rule. `default` is a server's, `workstation` a desktop's and laptop's where it differs.

    A file may set it from `low` to `high`, both included, and not above the rule's limit named in `at_most`.
    """

    name: str
    default: float
    low: float
    high: float
    workstation: float | None = None
    at_most: str = ""

    def of(self, role: Role) -> float:
        """What holds for a role when no file says otherwise."""
        return self.default if role is Role.SERVER or self.workstation is None else self.workstation


@dataclass(frozen=True, slots=True)
class Terms:
    """What one rule judges by: the machine's role, its limits by name, and what watches name.

    `watched` holds the units and processes that a contract names (what hits those is critical).
    """

    role: Role
    limits: Mapping[str, float] = field(default_factory=dict)
    watched: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> float:
        return self.limits[name]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A limit's value in force and where it came from: "default", "role" or "file"."""

    rule: str
    limit: Limit
    value: float
    origin: str


class Limited(Protocol):
    """What of a rule is used here."""

    @property
    def id(self) -> str: ...

    @property
    def LIMITS(self) -> tuple[Limit, ...]: ...  # noqa: N802 - a constant of its class


Values = Mapping[str, Mapping[str, float]]


def chosen(rule: Limited, role: Role, file: Values) -> Iterator[Chosen]:
    """Every limit of one rule as it holds here."""
    own = file.get(rule.id, {})
    for limit in rule.LIMITS:
        if limit.name in own:
            yield Chosen(rule.id, limit, own[limit.name], "file")
        else:
            origin = "default" if limit.of(role) == limit.default else "role"
            yield Chosen(rule.id, limit, limit.of(role), origin)


def terms_of(rule: Limited, role: Role, file: Values, watched: Iterable[str] = ()) -> Terms:
    """What the rule is given when it looks."""
    limits = {one.limit.name: one.value for one in chosen(rule, role, file)}
    return Terms(role, limits, frozenset(watched))


def read(
    table: object, rules: Sequence[Limited], role: Role
) -> tuple[dict[str, dict[str, float]], list[tuple[str, str]]]:
    """The `[rules."ID"]` tables of a file, checked: the sound values, and every fault by key path."""
    if not isinstance(table, dict):
        return {}, [("rules", 'must be tables: write [rules."filesystem.space"]')]
    known = {rule.id: rule for rule in rules}
    values: dict[str, dict[str, float]] = {}
    faults: list[tuple[str, str]] = []
    for name, own in table.items():
        path = f'rules."{name}"'
        if name not in known:
            faults.append((path, "no such rule; `vigia-agent config` lists them"))
        elif not isinstance(own, dict):
            faults.append((path, f'must be a table: write [rules."{name}"]'))
        else:
            values[name] = _read_one(known[name], own, path, faults)
            faults += _out_of_order(known[name], role, values, path)
    return values, faults


def _read_one(
    rule: Limited, own: Mapping[str, object], path: str, faults: list[tuple[str, str]]
) -> dict[str, float]:
    limits = {limit.name: limit for limit in rule.LIMITS}
    sound = {}
    for name, value in own.items():
        limit = limits.get(name)
        if limit is None:
            told = f"known here: {', '.join(limits)}" if limits else "this rule has none"
            faults.append((f"{path}.{name}", f"no such limit; {told}"))
        elif (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not limit.low <= value <= limit.high
        ):
            faults.append((f"{path}.{name}", f"must be a number from {limit.low:g} to {limit.high:g}"))
        else:
            sound[name] = float(value)
    return sound


def _out_of_order(rule: Limited, role: Role, file: Values, path: str) -> list[tuple[str, str]]:
    """Limits that contradict each other, where the file has set one of them."""
    values = terms_of(rule, role, file).limits
    faults = []
    for limit in rule.LIMITS:
        touched = limit.name in file[rule.id] or limit.at_most in file[rule.id]
        if limit.at_most and touched and values[limit.name] > values[limit.at_most]:
            told = f"{values[limit.name]:g} is above {limit.at_most}, which is {values[limit.at_most]:g}"
            faults.append((f"{path}.{limit.name}", told))
    return faults
