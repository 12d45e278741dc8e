"""A guest that is somebody's machine: enrolled, and asked about through the controller's commands."""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.guest.machine import Guest
from tests.support.street import Street, eventually

CONTROLLER = "10.0.2.2"
CUSTOMER = "Taller Lima"
CONFIG = "/etc/vigia-agent/agent.toml"
# Nobody outside of this machine is asked anything.
QUIET = "[reach]\ninternet = []\n"
PATIENCE_S = 240.0
# What the controller finds by itself: no recorder was there.
OURS = ("agent.silent", "agent.cloned")
CABLE_FILES = (
    "/proc/net/dev", "/proc/net/route", "/proc/net/ipv6_route",
    "/sys/class/net/*/operstate", "/sys/class/net/*/carrier", "/sys/class/net/*/speed",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """One line of the table at the end. `minutes`: how much came from the flight recorder."""

    fault: str
    rule: str
    severity: str
    object: str
    seen_s: float
    reference: str
    minutes: float | None = None


@dataclass
class Customer:
    """One controller's view of one guest. `rows` gathers what was seen."""

    walk: Street
    guest: Guest
    rows: list[Row] = field(default_factory=list)

    def join(self, config: str = "") -> None:
        """Enrols the guest and runs its agent as a service."""
        if CUSTOMER not in {known["name"] for known in self.walk.json("customers", "list")}:
            self.walk.vigia("customers", "add", CUSTOMER)
        line = self.walk.vigia("enrol", "--customer", CUSTOMER).stdout.strip()
        self.guest.do("vigia-agent install")
        self.guest.write(CONFIG, config + QUIET)
        self.guest.do(line)
        self.connected()

    def uninstall(self) -> None:
        """As its owner would: the agent takes its service away, with what it kept and what it was told."""
        self.guest.do("vigia-agent uninstall")

    def restart(self) -> None:
        self.guest.do("systemctl restart vigia-agent.service")
        self.connected()

    def configure(self, config: str) -> None:
        self.guest.write(CONFIG, config + QUIET)
        self.restart()

    def connected(self, patience_s: float = PATIENCE_S) -> None:
        def is_connected() -> bool:
            return any(machine["state"] == "connected" for machine in self.machines())

        eventually("the guest's agent is connected", is_connected, patience_s, 1.0)

    def watched(self, seconds: float) -> None:
        """Until its agent has been running for so long: what it sees first is what is well."""
        began = "$(systemctl show -p ActiveEnterTimestampMonotonic --value vigia-agent.service)"
        asked = f"awk -v began={began} '{{ print int($1 - began / 1000000) }}' /proc/uptime"

        def long_enough() -> bool:
            told = self.guest.run(asked).out.strip()
            return told.isdecimal() and int(told) >= seconds

        eventually(f"its agent has watched for {seconds:g} s", long_enough, seconds + 120, 2.0)

    def machines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.walk.json("machines", "list")
        return found

    def cleared(self, reference: str) -> bool:
        return bool(self.walk.json("incidents", "show", reference)["cleared_at"])

    def history(self) -> str:
        """All that is told of the machine."""
        return self.walk.vigia("machines", "show", self.machines()[0]["id"], "--json").stdout

    def count(self, one: dict[str, Any]) -> int:
        return int(self.walk.json("incidents", "show", one["reference"])["finding_count"])

    def incidents(self, rule: str, object_: str | None = None) -> list[dict[str, Any]]:
        return [
            one for one in self.walk.incidents("--state", "all")
            if one["rule"] == rule and object_ in (None, one["object"])
        ]  # fmt: skip

    def sees(
        self,
        fault: str,
        rule: str,
        object_: str,
        severity: str,
        *,
        since: float | None = None,
        patience_s: float = 400.0,
        again: int = 1,
    ) -> dict[str, Any]:
        """The incident that must come: rule, object and severity right, a remedy, and the minutes before.

        `since` is when the fault was made (monotonic seconds); `again`: how often it has been told by then.
        """
        began = time.monotonic() if since is None else since

        def there() -> dict[str, Any] | None:
            found = [
                one
                for one in self.incidents(rule, object_)
                if one["severity"] == severity and self.count(one) >= again
            ]
            return found[0] if found else None

        try:
            found = eventually(f"{fault}: {severity} {rule} {object_!r}", there, patience_s, 1.0)
        except AssertionError as fault_:
            raise AssertionError(f"{fault_}\n{self.told()}") from None
        seen_s = time.monotonic() - began
        whole: dict[str, Any] = self.walk.json("incidents", "show", found["reference"])
        assert whole["remedy"], f"{rule} has no remedy"
        self.rows.append(Row(fault, rule, severity, object_, seen_s, found["reference"]))
        print(f"\n  {fault}: {severity} {rule} {object_} after {seen_s:.0f} s", flush=True)
        return whole

    def recorded(self, patience_s: float = 240.0) -> None:
        """Every incident told so far has the minutes before its fault; one minute's share a recording."""
        for row in [row for row in self.rows if row.minutes is None and row.rule not in OURS]:
            row.minutes = eventually(
                f"the minutes before {row.reference} ({row.rule})",
                lambda row=row: self.minutes_before(row.reference, row.rule),  # type: ignore[misc]
                patience_s, 2.0,
            )  # fmt: skip

    def minutes_before(self, reference: str, rule: str) -> float | None:
        """How many minutes of the flight recorder came with the incident; None: not yet."""
        item = self._item(reference, "recorder/same-as.txt")
        if item:
            finding = item.split()[0]
            for one in self.walk.incidents("--state", "all"):
                if finding in self.walk.vigia("incidents", "show", one["reference"], "--json").stdout:
                    return _minutes(self._item(one["reference"], "recorder/minutes.txt"))
        text = self._item(reference, "recorder/minutes.txt")
        assert not text or f"the fault began: {rule}" in text, text[-2000:]
        return _minutes(text)

    def _item(self, reference: str, item: str) -> str:
        told = self.walk.vigia("incidents", "evidence", reference, item, check=False)
        return told.stdout if told.returncode == 0 else ""

    def record(self, name: str, *sources: str) -> None:
        """What the machine says now, kept for `make test`: files by path (patterns, too), commands
        by their words or by a name (NAME := COMMAND).

        Only where VIGIA_GUEST_RECORD names a folder: a person looks at recordings before they are kept.
        """
        wanted = os.environ.get("VIGIA_GUEST_RECORD")
        if not wanted:
            return
        lines = []
        for source in sources:
            name_of, equals, command = source.partition(" := ")
            if source.startswith("/"):
                lines.append(f'for f in {source}; do echo "==> $f <=="; cat "$f"; echo; done')
            else:
                lines.append(f"echo '==> {name_of} <=='; {command if equals else source}; echo")
        told = self.guest.run("\n".join(lines)).out
        (Path(wanted) / f"{name}.txt").write_text(told)

    def told(self) -> str:
        """For a test that failed: what the controller holds, and the agent's last words."""
        held = [
            f"{one['severity']} {one['rule']} {one['object']!r}"
            for one in self.walk.incidents("--state", "all")
        ]
        log = self.guest.run("journalctl -u vigia-agent -n 40 --no-pager -o cat", 30).out
        return "incidents: " + "; ".join(held) + "\n" + log


def instant(told: str) -> datetime:
    return datetime.fromisoformat(told)


def _minutes(table: str) -> float | None:
    rows = [line for line in table.splitlines() if re.match(r"\s*\d\d:\d\d:\d\d ", line)]
    return len(rows) * 5 / 60 if rows else None


def table(rows: Sequence[Row]) -> list[str]:
    """Fault, incident, severity, object, seconds until seen, minutes of the recorder."""
    held = [("FAULT", "INCIDENT", "SEVERITY", "OBJECT", "SEEN AFTER", "MINUTES BEFORE")]
    held += [
        (row.fault, row.rule, row.severity, row.object or "-", f"{row.seen_s:.0f} s",
         "-" if row.minutes is None else f"{row.minutes:.1f}")
        for row in rows
    ]  # fmt: skip
    widths = [max(len(line[column]) for line in held) for column in range(6)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in held
    ]


def folder_of(base: Path, name: str) -> Path:
    made = base / name
    made.mkdir(parents=True, exist_ok=True)
    return made
