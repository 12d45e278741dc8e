"""A machine's history in words: what happened, and what it was about."""

from collections.abc import Mapping

from controller.words import rules
from controller.words.catalogue import Translator

EVENTS = {
    "enrolled": "Enrolled",
    "connected": "Connected",
    "disconnected": "Connection lost",
    "rebooted": "Restarted",
    "goodbye": "Said goodbye",
    "banned": "Banned",
    "quarantined": "In quarantine: two machines may have this identity",
    "released": "Out of quarantine",
    "unbanned": "Unbanned",
    "recovered": "Came back after its certificate was no longer good",
    "recovery_refused": "Wants to come back with a certificate that is no longer good, and may not",
    "readmitted": "May come back once, although its certificate expired long ago",
    "silent": "Fell silent",
    "returned": "Heard again",
    "finding_raised": "Fault reported",
    "finding_changed": "Fault reported again, with another severity",
    "finding_cleared": "Fault over",
    "metrics_dropped": "Gave up old measurements for lack of room",
    "spool_damaged": "Found damage in its own memory of reports",
    "refilled": "Sent again what was lost here: this controller was restored from an older backup",
    "certificate_adopted": "A certificate from after the backup that was restored here was taken in",
    "record_refused": "A report was refused",
}
REASONS = {
    "stopped": "stopped by hand",
    "shutdown": "shut down",
    "reboot": "restarting",
    "suspend": "asleep",
    "update": "updating the agent",
    "too_late": "off for too long; `vigia machines readmit` lets it in",
    "banned": "it is banned",
    "quarantined": "it is in quarantine",
    "superseded": "a newer certificate of it was used already",
    "old_certificate": "a certificate that a newer one had replaced was used again",
    "old_boot": "a boot that it had left came back",
}


def told(words: Translator, kind: str, facts: Mapping[str, str]) -> str:
    """The kind in words, then what it is about: a rule's title, or a reason."""
    text = words._(EVENTS.get(kind, kind))
    reason = facts.get("reason", "")
    about = [words._(REASONS.get(reason, reason)) if reason else ""]
    if rule := facts.get("rule", ""):
        about.append(rules.title(words, rule, facts.get("object", ""), facts))
    shown = " ".join(rules.cleaned(part) for part in about if part)
    return f"{text}: {shown}" if shown else text
