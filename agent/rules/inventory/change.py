"""A change that was seen: said for a day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from agent.rules.rule import Level, Sight
from agent.signals import Severity

FRESH = timedelta(hours=24)


def change(facts: Mapping[str, str], at: datetime, severity: Severity = Severity.NORMAL) -> dict[str, Any]:
    """As a rule's memory keeps it."""
    return {"facts": dict(facts), "at": at.isoformat(), "severity": severity.value}


def is_over(seen: Mapping[str, Any], now: datetime) -> bool:
    """Whether it was said long enough, or its date cannot be."""
    return not timedelta(0) <= now - datetime.fromisoformat(seen["at"]) < FRESH


def sight(object_: str, seen: Mapping[str, Any], now: datetime) -> Sight:
    fresh, severity = not is_over(seen, now), Severity(seen["severity"])
    levels = tuple(
        Level(one, fresh and one is severity, not (fresh and one is severity))
        for one in (Severity.NORMAL, Severity.HIGH)
    )
    return Sight(object_, levels, dict(seen["facts"]), datetime.fromisoformat(seen["at"]))
