"""A finding as plain values and back: for the judge's memory, the spool and the child that takes evidence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent.signals import Finding, FindingState, Severity


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Plain values; instants are ISO 8601."""
    return {
        "finding_id": finding.finding_id,
        "rule": finding.rule,
        "object": finding.object,
        "state": finding.state.value,
        "severity": finding.severity.value,
        "began_at": finding.began_at.isoformat(),
        "observed_at": finding.observed_at.isoformat(),
        "facts": dict(finding.facts),
    }


def finding_from_json(value: Mapping[str, Any]) -> Finding:
    """Raises KeyError, TypeError or ValueError."""
    return Finding(
        finding_id=str(value["finding_id"]),
        rule=str(value["rule"]),
        object=str(value["object"]),
        state=FindingState(value["state"]),
        severity=Severity(value["severity"]),
        began_at=instant(value["began_at"]),
        observed_at=instant(value["observed_at"]),
        facts={str(key): str(fact) for key, fact in value["facts"].items()},
    )


def instant(text: str) -> datetime:
    """Aware. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return at
