"""The tables of a configuration: watches and backups, and a reader that collects all faults."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

WATCH_KINDS = ("unit", "process", "tcp", "http")
BACKUP_KINDS = ("newest", "status", "restic", "borg", "rsnapshot", "timemachine")
WATCHES_MAX, BACKUPS_MAX, NAMES_MAX = 64, 64, 64
NAME_MAX = 255
_WATCH_KEYS = ("name", "kind", "target", "timeout_s", "expect_status")
_BACKUP_KEYS = ("name", "kind", "path", "match", "every_hours")
# Where some kinds are, when nothing else is said; Time Machine knows its own place.
_USUAL = {"rsnapshot": "/var/log/rsnapshot.log", "timemachine": "/"}


@dataclass(frozen=True, slots=True)
class Watch:
    """How a contract names a service; its outage is critical (signals.md).

    `target` is, by `kind`: "unit" a systemd unit, "process" a name, "tcp" host:port, "http" a URL.
    `timeout_s` is 0.1..30. `expect_status` (http only): the one status that is healthy; None means 200..399.
    """

    name: str
    kind: str
    target: str
    timeout_s: float = 2.0
    expect_status: int | None = None


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup leaves behind, see agent.collectors.system.backups.

    `path` is a folder (newest, restic, borg) or a file (status, rsnapshot); `match` the pattern of the file
    names that count (newest); `every_hours` how often it runs, 1..8784.
    """

    name: str
    kind: str
    path: str
    match: str = "*"
    every_hours: float = 24.0


class Reader:
    """Collects faults instead of stopping at the first."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def fault(self, path: str, reason: str) -> None:
        self.faults.append((path, reason))

    def text(self, table: Mapping[str, object], key: str, default: str, path: str = "") -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            self.fault(path + key, "must be text in quotes")
            return default
        return value

    def choice(
        self, table: Mapping[str, object], key: str, default: str, among: tuple[str, ...], path: str = ""
    ) -> str:
        value = self.text(table, key, default, path)
        if value not in among:
            self.fault(path + key, f"must be one of {', '.join(among)}")
            return default
        return value

    def number(
        self, table: Mapping[str, object], key: str, default: float, low: float, high: float, path: str = ""
    ) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.fault(path + key, f"must be a number from {low:g} to {high:g}")
            return default
        return float(value)

    def texts(
        self, table: Mapping[str, object], key: str, default: tuple[str, ...], path: str = ""
    ) -> tuple[str, ...]:
        value = table.get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.fault(path + key, "must be a list of texts in quotes")
            return default
        if len(value) > NAMES_MAX:
            self.fault(path + key, f"at most {NAMES_MAX} entries")
        return tuple(value[:NAMES_MAX])

    def table(self, document: Mapping[str, object], key: str) -> Mapping[str, object]:
        value = document.get(key, {})
        if not isinstance(value, dict):
            self.fault(key, f"must be a table: write [{key}]")
            return {}
        return value

    def unknown(self, table: Mapping[str, object], path: str, known: tuple[str, ...]) -> None:
        for key in table.keys() - set(known):
            self.fault(path + key, f"no such key; known here: {', '.join(known)}")

    def host_port(self, path: str, value: str) -> None:
        host, colon, port = value.rpartition(":")
        if not colon or not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
            self.fault(path, "must be host:port with a port from 1 to 65535")

    def certificates(self, document: Mapping[str, object]) -> tuple[str, ...]:
        named = self.texts(document, "certificates", ())
        for number, one in enumerate(named):
            if not one.startswith("/"):
                self.host_port(f"certificates[{number}]", one)
        return named

    def internet(self, document: Mapping[str, object], default: tuple[str, ...]) -> tuple[str, ...]:
        """Addresses only: with a name, a resolver that fails would look like a line that fails."""
        table = self.table(document, "reach")
        self.unknown(table, "reach.", ("internet",))
        named = self.texts(table, "internet", default, "reach.")
        for number, one in enumerate(named):
            path = f"reach.internet[{number}]"
            self.host_port(path, one)
            try:
                ipaddress.ip_address(one.rpartition(":")[0].strip("[]"))
            except ValueError:
                self.fault(path, "must be an address and a port, such as 192.0.2.1:443")
        return named

    def watches(self, tables: object) -> tuple[Watch, ...]:
        read = [self._watch(table, path) for table, path in self._each(tables, "watch", WATCHES_MAX)]
        self._distinct("watch", "watches", [watch.name for watch in read])
        return tuple(read)

    def backups(self, tables: object) -> tuple[Backup, ...]:
        read = [self._backup(table, path) for table, path in self._each(tables, "backup", BACKUPS_MAX)]
        self._distinct("backup", "backups", [backup.name for backup in read])
        return tuple(read)

    def _each(self, tables: object, key: str, most: int) -> list[tuple[object, str]]:
        if not isinstance(tables, list):
            self.fault(key, f"must be tables: write [[{key}]]")
            return []
        if len(tables) > most:
            self.fault(key, f"at most {most} of them")
        return [(table, f"{key}[{number}].") for number, table in enumerate(tables[:most])]

    def _distinct(self, key: str, what: str, names: list[str]) -> None:
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            self.fault(key, f"two {what} are named {name!r}; names must differ")

    def _name(self, table: Mapping[str, object], path: str) -> str:
        name = self.text(table, "name", "", path).strip()
        if not name or len(name) > NAME_MAX:
            self.fault(path + "name", f"must be given, at most {NAME_MAX} characters")
        return name

    def _watch(self, table: object, path: str) -> Watch:
        if not isinstance(table, dict):
            self.fault(path.rstrip("."), "must be a table: write [[watch]]")
            return Watch("", "tcp", "")
        name = self._name(table, path)
        kind = self.choice(table, "kind", "", WATCH_KINDS, path)
        target = self.text(table, "target", "", path).strip()
        self._target(path + "target", kind, target)
        timeout_s = self.number(table, "timeout_s", 2.0, 0.1, 30.0, path)
        expect_status: int | None = None
        if "expect_status" in table:
            expect_status = int(self.number(table, "expect_status", 200, 100, 599, path))
            if kind != "http":
                self.fault(path + "expect_status", "only a watch of kind http has a status")
        self.unknown(table, path, _WATCH_KEYS)
        return Watch(name, kind, target, timeout_s, expect_status)

    def _backup(self, table: object, path: str) -> Backup:
        if not isinstance(table, dict):
            self.fault(path.rstrip("."), "must be a table: write [[backup]]")
            return Backup("", "newest", "/")
        name = self._name(table, path)
        kind = self.choice(table, "kind", "", BACKUP_KINDS, path)
        where = self.text(table, "path", _USUAL.get(kind, ""), path)
        if not where.startswith("/") or "\0" in where:
            self.fault(path + "path", "must be an absolute path")
        match = self.text(table, "match", "*", path)
        if match != "*" and kind != "newest":
            self.fault(path + "match", "only a backup of kind newest has a pattern")
        every_hours = self.number(table, "every_hours", 24, 1, 8784, path)
        self.unknown(table, path, _BACKUP_KEYS)
        return Backup(name, kind, where, match, every_hours)

    def _target(self, path: str, kind: str, target: str) -> None:
        if not target or target.startswith("-") or "\0" in target:
            self.fault(
                path, "must be given: a unit, a process name, host:port or a URL, and not start with -"
            )
        elif kind == "tcp":
            self.host_port(path, target)
        elif kind == "http":
            try:
                parts = urlsplit(target)
                good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
            except ValueError:
                good = False
            if not good:
                self.fault(path, "must be a URL such as http://127.0.0.1:8080/")
