"""An environment manifest: what a machine is made of, as facts `factor -> value`, each of one kind.

A customer's bundle carries one, a bench makes one with `vigia-lab manifest`; what differs between the two is
where a cause is looked for (cause.md, The lab). Values are text as the machine gave it, already redacted.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from evidence.errors import EnvironmentUnreadable

SCHEMA = "vigia.environment/1"
FACTS_MAX = 20_000
FACTOR_CHARACTERS = 255
VALUE_CHARACTERS = 2_000
BYTES_MAX = 8 * 1024 * 1024


class Kind(Enum):
    """What sort of thing a fact is about, the most telling first: where two machines differ in a driver and
    in a file's size, the driver is looked at first."""

    DRIVER = "driver"
    FIRMWARE = "firmware"
    KERNEL = "kernel"
    SERVICE = "service"
    CONFIGURATION = "configuration"
    LIMIT = "limit"
    PACKAGE = "package"
    LOCALE = "locale"
    HARDWARE = "hardware"
    NETWORK = "network"
    DATA = "data"

    @property
    def rank(self) -> int:
        """0 for the most telling."""
        return _RANK[self]


_RANK = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Fact:
    """`value` is at most 2,000 characters; the empty text is a value too ("set to nothing")."""

    value: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Environment:
    """`facts` by factor ("package.cups"); `gaps`: what could not be read, with the reason, never "absent"."""

    host: str
    taken_at: datetime
    facts: Mapping[str, Fact]
    gaps: Mapping[str, str]


def environment_to_json(environment: Environment) -> bytes:
    """UTF-8, factors sorted, so that equal environments are equal bytes but for host and time."""
    table = {
        "schema": SCHEMA,
        "host": environment.host,
        "taken_at": environment.taken_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "facts": {
            factor: {"value": fact.value, "kind": fact.kind.value}
            for factor, fact in sorted(environment.facts.items())
        },
        "gaps": dict(sorted(environment.gaps.items())),
    }
    return json.dumps(table, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def environment_from_json(data: bytes) -> Environment:
    """Reads what `environment_to_json` wrote; unknown keys are ignored. Raises EnvironmentUnreadable."""
    if len(data) > BYTES_MAX:
        raise EnvironmentUnreadable("", f"has {len(data)} bytes, at most {BYTES_MAX} are read")
    try:
        table = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise EnvironmentUnreadable("", f"is not JSON: {error}") from None
    if not isinstance(table, dict):
        raise EnvironmentUnreadable("", "is not a table")
    if not str(table.get("schema", "")).startswith("vigia.environment/"):
        raise EnvironmentUnreadable("schema", f"is not {SCHEMA!r}; make one with `vigia-lab manifest --json`")
    facts, gaps = table.get("facts"), table.get("gaps", {})
    if not isinstance(facts, dict) or len(facts) > FACTS_MAX:
        raise EnvironmentUnreadable("facts", f"must be a table of at most {FACTS_MAX} factors")
    if not isinstance(gaps, dict) or len(gaps) > FACTS_MAX:
        raise EnvironmentUnreadable("gaps", f"must be a table of at most {FACTS_MAX} reasons")
    return Environment(
        host=str(table.get("host", ""))[:FACTOR_CHARACTERS],
        taken_at=_instant(table.get("taken_at")),
        facts={factor: _fact(factor, value) for factor, value in facts.items()},
        gaps={str(name)[:FACTOR_CHARACTERS]: str(reason)[:VALUE_CHARACTERS] for name, reason in gaps.items()},
    )


def _fact(factor: str, table: Any) -> Fact:
    name = f"facts.{factor[:60]}"
    if not 0 < len(factor) <= FACTOR_CHARACTERS:
        raise EnvironmentUnreadable(name, f"the factor must have 1 to {FACTOR_CHARACTERS} characters")
    if not isinstance(table, dict) or not isinstance(table.get("value"), str):
        raise EnvironmentUnreadable(name, "must be a table with a text as its value")
    if len(table["value"]) > VALUE_CHARACTERS:
        raise EnvironmentUnreadable(f"{name}.value", f"has more than {VALUE_CHARACTERS} characters")
    try:
        return Fact(table["value"], Kind(table.get("kind")))
    except ValueError:
        kinds = ", ".join(kind.value for kind in Kind)
        raise EnvironmentUnreadable(f"{name}.kind", f"must be one of {kinds}") from None


def _instant(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
        if at.tzinfo is None:
            raise ValueError
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise EnvironmentUnreadable("taken_at", "must be an instant with an offset") from None
