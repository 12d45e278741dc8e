"""A finding's facts with names that people read; an unknown one keeps the name it came with."""

from collections.abc import Mapping
from datetime import datetime

from controller.words import formats, rules
from controller.words.catalogue import Translator
from controller.words.causes import CAUSES
from controller.words.hardwarefacts import HARDWARE_NAMES, HARDWARE_VALUES
from controller.words.ownfacts import INSTANTS, OWN_NAMES, OWN_VALUES
from controller.words.systemfacts import SYSTEM_NAMES, SYSTEM_VALUES

NAMES = {
    **HARDWARE_NAMES,
    **SYSTEM_NAMES,
    **OWN_NAMES,
    "cause": "Cause",
    "cpu_busy_ratio": "Processor busy",
    "cpu_count": "Processors",
    "device": "Device",
    "disk_free_bytes": "Free",
    "disk_free_ratio": "Free share",
    "disk_full_in_s": "Full in",
    "disk_latency_s": "Disk answers in",
    "disk_after": "Disk now",
    "disk_before": "Disk before",
    "disk_name": "Disk",
    "disk_pending_operations": "Operations waiting",
    "disk_size_bytes": "Size",
    "error_ratio": "Share of errors",
    "errors": "Errors",
    "filesystem_type": "File system",
    "http_status": "HTTP status",
    "inodes_free": "Files that still fit",
    "inodes_free_ratio": "Share of files that still fit",
    "inodes_limit": "Files at most",
    "interface_name": "Interface",
    "link_present": "Link present",
    "load_per_cpu": "Load per processor",
    "major_faults_per_s": "Page faults per second",
    "memory_available_bytes": "Memory left",
    "memory_available_ratio": "Share of memory left",
    "memory_before_bytes": "Memory before",
    "memory_total_bytes": "Memory in all",
    "mountpoint": "Mounted at",
    "oom_kills": "Programs killed",
    "oom_kills_since_boot": "Programs killed since the start",
    "os_after": "System now",
    "os_before": "System before",
    "panic_records": "Records of a panic",
    "swap_free_bytes": "Swap left",
    "swap_used_bytes": "Swap in use",
    "swap_used_ratio": "Share of swap in use",
    "unit_restarts": "Restarts",
    "uptime_s": "Running for",
    "watch_kind": "Kind of watch",
    "witnesses": "Seen by",
    "watch_outcome": "What came back",
    "watch_target": "Watched address",
    "watch_took_s": "Took",
    "last_seen_at": "Last heard",
    "load_5m": "Load, 5 minutes",
    "role": "Kind of machine",
    "unclean_boots_24h": "Restarts without warning, 24 h",
}
# How a look at a watch ended, by the agent's word.
OUTCOMES = {
    "refused": "connection refused",
    "timeout": "no answer in time",
    "unreachable": "not reachable",
    "unresolved": "name not found",
    "wrong_answer": "another answer than expected",
    "closed": "connection closed",
    "tls_failed": "no secure connection",
    "inactive": "not running",
    "failed": "failed",
    "absent": "not there",
    "starting": "still starting",
}
# What a fact's value is called, by the agent's word for it.
VALUES: Mapping[str, Mapping[str, str]] = {
    **HARDWARE_VALUES,
    **SYSTEM_VALUES,
    **OWN_VALUES,
    "watch_outcome": OUTCOMES,
    "cause": {word: one.name for word, one in CAUSES.items()},
}
# Said elsewhere on the page, or made for programs.
_LEFT_OUT = {"boot_at_unix_s", "machine", "watch_name"}


def named(facts: Mapping[str, str], words: Translator, zone: str | None = None) -> list[tuple[str, str]]:
    """(name, value) in the order they came, empty ones left out; instants in the reader's zone."""
    kept = {name: value for name, value in facts.items() if name not in _LEFT_OUT and value != ""}
    shown = rules.facts_shown(kept, words.language)
    for name, value in kept.items():
        if value in VALUES.get(name, {}):
            shown[name] = words._(VALUES[name][value])
        elif name in INSTANTS:
            shown[name] = _instant(value, words, zone)
    return [(words._(NAMES[name]) if name in NAMES else name, value) for name, value in shown.items()]


def _instant(value: str, words: Translator, zone: str | None) -> str:
    try:
        return formats.instant(datetime.fromisoformat(value), words.language, zone)
    except ValueError:
        return rules.cleaned(value)
