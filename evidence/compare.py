"""What differs between two environments, most telling first (cause.md, The lab)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from evidence.environment import Environment, Fact, Kind


@dataclass(frozen=True, slots=True)
class Difference:
    """`good` and `bad` are the values on each side, None where a side has no such fact."""

    factor: str
    kind: Kind
    good: str | None
    bad: str | None


def compare(
    good: Environment, bad: Environment, kinds: Collection[Kind] = tuple(Kind)
) -> tuple[Difference, ...]:
    """Differences of those kinds: by kind (`Kind.rank`), a changed value before one that a side lacks,
    then by factor. A factor that a side could not read is no difference: see `unread`."""
    found = [difference for difference in _differences(good, bad) if difference.kind in kinds]
    return tuple(sorted(found, key=_telling))


def unread(good: Environment, bad: Environment) -> tuple[str, ...]:
    """What at least one side could not read, so that nobody takes silence for sameness."""
    return tuple(sorted(set(good.gaps) | set(bad.gaps)))


def _differences(good: Environment, bad: Environment) -> Iterator[Difference]:
    for factor in good.facts.keys() | bad.facts.keys():
        left, right = good.facts.get(factor), bad.facts.get(factor)
        if left == right:
            continue
        missing_side = good if left is None else bad if right is None else None
        if missing_side is not None and _in_gap(factor, missing_side):
            continue
        yield Difference(factor, _kind(left, right), _value(left), _value(right))


def _kind(left: Fact | None, right: Fact | None) -> Kind:
    kinds = [fact.kind for fact in (left, right) if fact is not None]
    return min(kinds, key=lambda kind: kind.rank)


def _value(fact: Fact | None) -> str | None:
    return fact.value if fact is not None else None


def _in_gap(factor: str, side: Environment) -> bool:
    """A gap names a factor or the beginning of many ("package")."""
    return any(factor == gap or factor.startswith(f"{gap}.") for gap in side.gaps)


def _telling(difference: Difference) -> tuple[int, bool, str]:
    one_sided = difference.good is None or difference.bad is None
    return difference.kind.rank, one_sided, difference.factor
