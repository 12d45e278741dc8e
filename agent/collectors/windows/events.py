"""Windows' event logs and services, by one script each ten minutes: what the kernel's log is on Linux.

Events are known by provider and number, objects by the event's own fields; words are never read.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from agent.collectors.asking import Ask, Unanswered, ask
from agent.collectors.portable.load import Uptime
from agent.collectors.windows.powershell import Digest, Slow, listed, whole, word
from agent.errors import AgentError
from agent.names import KERNEL_EVENT, KERNEL_OBJECT, UNIT
from agent.signals import Gap, Metric, Reading

EVERY_S = 600.0
RECENT_S = 600.0
# By (log, provider, numbers). What names no event or no such provider is an empty list, anything else fails.
SOURCES = (
    ("System", "disk", (7, 51, 153)),
    ("System", "Ntfs", (55,)),
    ("System", "Microsoft-Windows-Ntfs", (55,)),
    ("System", "storahci", (129,)),
    ("System", "stornvme", (129,)),
    ("System", "Microsoft-Windows-WHEA-Logger", (17, 18, 19, 20, 47)),
    ("System", "Service Control Manager", (7031, 7034)),
    ("System", "Microsoft-Windows-Kernel-Power", (41,)),
    ("System", "Microsoft-Windows-WER-SystemErrorReporting", (1001,)),
)
_EVENTS = (
    "function E($l,$p,$i,$d){try{Get-WinEvent -MaxEvents 300 -FilterHashtable "
    "@{LogName=$l;ProviderName=$p;Id=$i;StartTime=$d}|ForEach-Object{@{p=$_.ProviderName;i=$_.Id;"
    "t=([DateTimeOffset]$_.TimeCreated).ToUnixTimeSeconds();"
    'x=@($_.Properties|Select-Object -First 3|ForEach-Object{"$($_.Value)"})}}}'
    "catch{if($_.FullyQualifiedErrorId -notmatch "
    "'NoMatchingEventsFound|NoMatchingProvidersFound|LogsAndProvidersDontOverlap'){throw}}};"
)
DIGEST = (
    f"{_EVENTS}$d=(Get-Date).AddHours(-24);@{{events=@("
    + "".join(f"E '{log}' '{provider}' @({','.join(map(str, ids))}) $d;" for log, provider, ids in SOURCES)
    + ");services=@(Get-CimInstance Win32_Service -Filter \"StartMode='Auto' AND State<>'Running'\""
    "|ForEach-Object{@{n=$_.Name;c=$_.ExitCode}})}"
)
LOGINS = (
    f"{_EVENTS}$d=(Get-Date).AddMinutes(-10);"
    "@{failed=@(E 'Security' 'Microsoft-Windows-Security-Auditing' @(4625) $d).Count}"
)
_KINDS = {17: "hardware_corrected", 19: "hardware_corrected", 47: "hardware_corrected",
          18: "hardware_fatal", 20: "hardware_fatal"}  # fmt: skip
_DISK = re.compile(r"Harddisk(\d+)", re.IGNORECASE)
_DRIVE = re.compile(r"(?:\A|\\)([A-Z]):", re.IGNORECASE)
# Ended as it should, or never asked to start: such a service waits for its trigger.
FINE_EXITS = frozenset({0, 1077})
OBJECTS_MAX, UNITS_MAX = 64, 64

Happened = tuple[str, str, float]


def shared(ask: Ask = ask) -> Digest:
    return Digest(ask, DIGEST, EVERY_S - 10.0)


class EventLog(Slow):
    """`vigia.kernel.events_10m`, `_24h`, `event_age` as on Linux, from the System log of the last day."""

    name = "kernel"
    every_s = EVERY_S

    def __init__(self, ask: Ask = ask, digest: Digest | None = None) -> None:
        self._digest = digest or shared(ask)

    def read(self, now: datetime) -> Reading:
        rows = listed(self._digest.told("events"), "events")
        times: dict[tuple[str, str], list[float]] = {}
        for kind, thing, at_s in happened(rows):
            times.setdefault((kind, thing), []).append(at_s)
        metrics = [Metric("vigia.kernel.messages", len(rows), "{message}")]
        for (kind, thing), at in sorted(times.items(), key=lambda one: -max(one[1]))[:OBJECTS_MAX]:
            of = {KERNEL_EVENT: kind, KERNEL_OBJECT: thing}
            now_s = now.timestamp()
            metrics += [
                Metric("vigia.kernel.events_10m", sum(one >= now_s - RECENT_S for one in at), "{event}", of),
                Metric("vigia.kernel.events_24h", len(at), "{event}", of),
                Metric("vigia.kernel.event_age", max(0.0, now_s - max(at)), "s", of),
            ]
        return Reading(self.name, now, 0.0, tuple(metrics))


class Services(Slow):
    """`vigia.unit.failed` for each service that starts with the machine and ended with a fault;
    `vigia.unit.restarts`: how often one ended unexpectedly within the last day."""

    name = "units"
    every_s = EVERY_S

    def __init__(self, ask: Ask = ask, digest: Digest | None = None) -> None:
        self._digest = digest or shared(ask)

    def read(self, now: datetime) -> Reading:
        failed: list[str] = []
        for row in listed(self._digest.told("services"), "services"):
            name, code = word(row.get("n")), whole(row.get("c"))
            if not name or code is None:
                raise Unanswered("powershell: a service without its name or exit code")
            if code not in FINE_EXITS:
                failed.append(name)
        ended: dict[str, int] = {}
        for row in listed(self._digest.told("events"), "events"):
            fields = _fields(row)
            if row.get("p") == "Service Control Manager" and fields:
                ended[fields[0]] = ended.get(fields[0], 0) + 1
        metrics = [Metric("vigia.units.failed", len(failed), "{unit}")]
        metrics += [
            Metric("vigia.unit.failed", 1.0, "1", {UNIT: unit}) for unit in sorted(failed)[:UNITS_MAX]
        ]
        metrics += [
            Metric("vigia.unit.restarts", count, "{restart}", {UNIT: unit})
            for unit, count in sorted(ended.items())[:UNITS_MAX]
        ]
        return Reading(self.name, now, 0.0, tuple(metrics))


class Endings(Slow):
    """psutil's uptime, and whether the last run ended as it should: Kernel-Power 41, bug checks."""

    name = "uptime"
    every_s = EVERY_S

    def __init__(
        self, ask: Ask = ask, digest: Digest | None = None, up: Callable[[datetime], Reading] | None = None
    ) -> None:
        self._digest = digest or shared(ask)
        self._up = up or Uptime().read

    def read(self, now: datetime) -> Reading:
        up = self._up(now)
        boot_s = up.value("vigia.boot.time") or 0.0
        try:
            rows = listed(self._digest.told("events"), "events")
        except AgentError as error:
            gap = Gap(self.name, f"how the last run ended is unknown: {error}")
            return Reading(self.name, now, 0.0, up.metrics, (gap,))
        cuts = list(_times(rows, "Microsoft-Windows-Kernel-Power"))
        checks = list(_times(rows, "Microsoft-Windows-WER-SystemErrorReporting"))
        metrics = (
            Metric("vigia.boot.unclean", float(any(at >= boot_s - 60 for at in cuts)), "1"),
            Metric("vigia.boot.unclean_24h", len(cuts), "{boot}"),
            Metric("vigia.boot.panic_records", len(checks), "{record}"),
        )
        return Reading(self.name, now, 0.0, (*up.metrics, *metrics))


class FailedLogins(Slow):
    """`vigia.logins.failed_10m`: events 4625 of the last ten minutes; only administrators may read them."""

    name = "logins"
    every_s = EVERY_S

    def __init__(self, ask: Ask = ask) -> None:
        self._digest = Digest(ask, LOGINS, EVERY_S - 10.0)

    def read(self, now: datetime) -> Reading:
        count = whole(self._digest.told("failed"))
        if count is None:
            raise Unanswered("powershell: no count of failed logins")
        return Reading(self.name, now, 0.0, (Metric("vigia.logins.failed_10m", count, "{login}"),))


def happened(rows: Sequence[dict[str, Any]]) -> Iterator[Happened]:
    """Kind, object and instant of each event that means something. Raises Unanswered for what is no event."""
    for row in rows:
        provider, number, at = word(row.get("p")), whole(row.get("i")), whole(row.get("t"))
        if not provider or number is None or at is None:
            raise Unanswered("powershell: an event without its provider, number or time")
        fields = _fields(row)
        if provider.endswith("WHEA-Logger") and number in _KINDS:
            yield _KINDS[number], "machine", float(at)
        elif provider.endswith("Ntfs") and number == 55:
            drive = next((found[1].upper() for one in fields if (found := _DRIVE.search(one))), "")
            yield "filesystem_error", f"{drive}:" if drive else "ntfs", float(at)
        elif provider in ("disk", "storahci", "stornvme"):
            disk = next((f"disk{found[1]}" for one in fields if (found := _DISK.search(one))), "")
            yield (
                "disk_error",
                disk or (fields[0].rpartition("\\")[2] if fields else "") or provider,
                float(at),
            )


def _times(rows: Sequence[dict[str, Any]], provider: str) -> Iterator[float]:
    for row in rows:
        at = whole(row.get("t"))
        if row.get("p") == provider and at is not None:
            yield float(at)


def _fields(row: dict[str, Any]) -> list[str]:
    fields = row.get("x")
    return [word(one) for one in fields] if isinstance(fields, list) else []
