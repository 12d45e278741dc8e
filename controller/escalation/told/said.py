"""What a notice about an incident says: the facts of the case, those of an entry, and which template."""

from controller.core.actor import ActorKind
from controller.incidents.case import Incident
from controller.incidents.timeline import Entry, EntryKind

TO_STAFF = {
    EntryKind.WARNED: "warned",
    EntryKind.BREACHED: "breached",
    EntryKind.ESCALATED: "escalated",
    EntryKind.SEVERITY_CHANGED: "severity_changed",
    EntryKind.SYMPTOM_CLEARED: "cleared",
    EntryKind.SYMPTOM_RETURNED: "returned",
    EntryKind.REOPENED: "reopened_staff",
    EntryKind.CUSTOMER_MESSAGE: "customer_wrote",
}


def facts_of(case: Incident, customer: str, machine: str) -> dict[str, str]:
    """`customer` and `machine` are names, "" where there is none."""
    return {
        "reference": case.reference,
        "severity": case.severity.value,
        "level": str(case.level),
        "customer": customer,
        "machine": machine,
        "rule": case.rule,
        "object": case.object,
        "summary": case.summary,
        "began_at": case.began_at.isoformat(),
        "opened_at": case.opened_at.isoformat(),
        **{f"fact.{name}": value for name, value in case.facts.items()},
    }


def facts_of_entry(entry: Entry) -> dict[str, str]:
    by_person = entry.actor_kind is ActorKind.PERSON
    facts = {
        **entry.facts,
        "at": entry.at.isoformat(),
        "actor": entry.actor_name,
        "by_person": "1" if by_person else "",
        "by_engine": "1" if entry.actor_kind is ActorKind.ENGINE else "",
        "body": entry.body or (entry.reason or "" if by_person else ""),
        "reason": entry.reason or "",
    }
    if entry.severity:
        facts["severity"] = entry.severity
    if entry.level:
        facts["level"] = str(entry.level)
    return facts
