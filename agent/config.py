"""What this machine's owner decided: read once from TOML, all faults told at once by key path.

Order of precedence: flag, environment (`VIGIA_AGENT_*`), file, default.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from agent.errors import ConfigError
from agent.policy import POLICY_DEFAULT
from agent.role import Role as Role

CONFIG_DEFAULT = Path("/etc/vigia-agent/agent.toml")
DATA_DEFAULT = Path("/var/lib/vigia-agent")
WATCH_KINDS = ("unit", "process", "tcp", "http")
LOG_LEVELS = ("debug", "info", "warning", "error")
WATCHES_MAX = 64
NAME_MAX = 255


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
class Config:
    """All keys, checked. Intervals in seconds, sizes in bytes. `policy` is the file of `agent.policy`, beside
    the configuration unless said otherwise."""

    data: Path = DATA_DEFAULT
    role: Role = Role.SERVER
    watches: tuple[Watch, ...] = ()
    log_level: str = "info"
    https_proxy: str | None = None
    controller: str | None = None
    spool_quota_bytes: int = 64 * 1024 * 1024
    policy: Path = POLICY_DEFAULT
    source: str = "defaults"


def load(path: Path, environment: Mapping[str, str], *, required: bool, data: Path | None = None) -> Config:
    """The configuration in force. A missing file is the defaults unless `required`; raises ConfigError."""
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        if required:
            raise ConfigError(str(path), (("", "no such file; write it or leave --config away"),)) from None
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), (("", f"cannot be read: {error}"),)) from None
    beside = path.absolute().parent / POLICY_DEFAULT.name
    config = parse(text, source=str(path) if text else "defaults", policy=beside)
    return _overridden(config, environment, data)


def parse(text: str, source: str = "configuration", policy: Path = POLICY_DEFAULT) -> Config:
    """Reads TOML; raises ConfigError with every fault found."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(source, (("", f"not valid TOML: {error}"),)) from None
    reader = _Reader()
    config = Config(
        data=Path(reader.text(document, "data", str(DATA_DEFAULT))),
        role=Role(reader.choice(document, "role", "server", tuple(role.value for role in Role))),
        watches=reader.watches(document.get("watch", [])),
        log_level=reader.choice(document, "log_level", "info", LOG_LEVELS),
        https_proxy=reader.text(document, "https_proxy", "") or None,
        controller=reader.text(document, "controller", "") or None,
        spool_quota_bytes=int(reader.number(document, "spool_quota_bytes", 64 * 2**20, 4 * 2**20, 4 * 2**30)),
        policy=Path(reader.text(document, "policy", str(policy))),
        source=source,
    )
    reader.unknown(document, "", _KEYS)
    if config.controller:
        reader.host_port("controller", config.controller)
    for key, folder in (("data", config.data), ("policy", config.policy)):
        if not folder.is_absolute():
            reader.fault(key, "must be an absolute path")
    if reader.faults:
        raise ConfigError(source, tuple(reader.faults))
    return config


_KEYS = ("data", "role", "watch", "log_level", "https_proxy", "controller", "spool_quota_bytes", "policy")
_WATCH_KEYS = ("name", "kind", "target", "timeout_s", "expect_status")


def _overridden(config: Config, environment: Mapping[str, str], data: Path | None) -> Config:
    chosen = data or (Path(environment["VIGIA_AGENT_DATA"]) if environment.get("VIGIA_AGENT_DATA") else None)
    if chosen is not None:
        config = replace(config, data=chosen.absolute())
    level = environment.get("VIGIA_AGENT_LOG_LEVEL")
    if level:
        if level not in LOG_LEVELS:
            raise ConfigError("VIGIA_AGENT_LOG_LEVEL", (("", f"must be one of {', '.join(LOG_LEVELS)}"),))
        config = replace(config, log_level=level)
    return config


class _Reader:
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

    def unknown(self, table: Mapping[str, object], path: str, known: tuple[str, ...]) -> None:
        for key in table.keys() - set(known):
            self.fault(path + key, f"no such key; known here: {', '.join(known)}")

    def host_port(self, path: str, value: str) -> None:
        host, colon, port = value.rpartition(":")
        if not colon or not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
            self.fault(path, "must be host:port with a port from 1 to 65535")

    def watches(self, tables: object) -> tuple[Watch, ...]:
        if not isinstance(tables, list):
            self.fault("watch", "must be tables: write [[watch]]")
            return ()
        if len(tables) > WATCHES_MAX:
            self.fault("watch", f"at most {WATCHES_MAX} watches")
        read = [self._watch(table, f"watch[{number}].") for number, table in enumerate(tables[:WATCHES_MAX])]
        names = [watch.name for watch in read if watch.name]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.fault("watch", f"two watches are named {name!r}; names must differ")
        return tuple(read)

    def _watch(self, table: object, path: str) -> Watch:
        if not isinstance(table, dict):
            self.fault(path.rstrip("."), "must be a table: write [[watch]]")
            return Watch("", "tcp", "")
        name = self.text(table, "name", "", path).strip()
        if not name or len(name) > NAME_MAX:
            self.fault(path + "name", f"must be given, at most {NAME_MAX} characters")
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
