"""What this machine's owner decided: read once from TOML, all faults told at once by key path.

Order of precedence: flag, environment (`VIGIA_AGENT_*`), file, default.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.errors import ConfigError
from agent.lines import line_of, places
from agent.policy import POLICY_DEFAULT
from agent.role import Role as Role
from agent.tables import Backup as Backup
from agent.tables import Reader
from agent.tables import Watch as Watch

CONFIG_DEFAULT = Path("/etc/vigia-agent/agent.toml")
DATA_DEFAULT = Path("/var/lib/vigia-agent")
LOG_LEVELS = ("debug", "info", "warning", "error")
# Two of the root name servers, by address: they answer everybody, belong to no company, and are asked only
# while the link to the controller is down.
REACH_INTERNET = ("198.41.0.4:53", "193.0.14.129:53")


@dataclass(frozen=True, slots=True)
class Config:
    """All keys, checked. Intervals in seconds, sizes in bytes. `policy` is the file of `agent.policy`, beside
    the configuration unless said otherwise. `rules` holds the thresholds that the file changes, by rule and
    limit; `written` names the keys that the file has, `overridden` those that a
    flag or a variable changed."""

    data: Path = DATA_DEFAULT
    role: Role = Role.SERVER
    watches: tuple[Watch, ...] = ()
    log_level: str = "info"
    https_proxy: str | None = None
    controller: str | None = None
    spool_quota_bytes: int = 64 * 1024 * 1024
    policy: Path = POLICY_DEFAULT
    backups: tuple[Backup, ...] = ()
    certificates: tuple[str, ...] = ()
    reach_internet: tuple[str, ...] = REACH_INTERNET
    rules: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    source: str = "defaults"
    written: frozenset[str] = frozenset()
    overridden: Mapping[str, str] = field(default_factory=dict)

    @property
    def watched(self) -> frozenset[str]:
        """Units and processes that watches name: a contract's own. "till" is systemd's till.service."""
        named = {watch.target for watch in self.watches if watch.kind in ("unit", "process")}
        units = {watch.target for watch in self.watches if watch.kind == "unit"}
        return frozenset(named | {f"{unit}.service" for unit in units if "." not in unit})


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
    reader = Reader()
    role = Role(reader.choice(document, "role", "server", tuple(role.value for role in Role)))
    config = Config(
        data=Path(reader.text(document, "data", str(DATA_DEFAULT))),
        role=role,
        watches=reader.watches(document.get("watch", [])),
        log_level=reader.choice(document, "log_level", "info", LOG_LEVELS),
        https_proxy=reader.text(document, "https_proxy", "") or None,
        controller=reader.text(document, "controller", "") or None,
        spool_quota_bytes=int(reader.number(document, "spool_quota_bytes", 64 * 2**20, 4 * 2**20, 4 * 2**30)),
        policy=Path(reader.text(document, "policy", str(policy))),
        backups=reader.backups(document.get("backup", [])),
        certificates=reader.certificates(document),
        reach_internet=reader.internet(document, REACH_INTERNET),
        rules=_rules(document, role, reader),
        source=source,
        written=frozenset(document),
    )
    reader.unknown(document, "", _KEYS)
    if config.controller:
        reader.host_port("controller", config.controller)
    for key, folder in (("data", config.data), ("policy", config.policy)):
        if not folder.is_absolute():
            reader.fault(key, "must be an absolute path")
    if reader.faults:
        found = places(text)
        lines = {path: line for path, _ in reader.faults if (line := line_of(found, path)) is not None}
        raise ConfigError(source, tuple(reader.faults), lines)
    return config


_KEYS = (
    "data", "role", "watch", "log_level", "https_proxy", "controller", "spool_quota_bytes", "policy",
    "backup", "certificates", "reach", "rules",
)  # fmt: skip


def _rules(document: Mapping[str, object], role: Role, reader: Reader) -> dict[str, dict[str, float]]:
    if "rules" not in document:
        return {}
    # Here, because only a file with thresholds needs to know all rules.
    from agent.rules import ALL
    from agent.rules.terms import read

    values, faults = read(document["rules"], ALL, role)
    reader.faults += faults
    return values


def _overridden(config: Config, environment: Mapping[str, str], data: Path | None) -> Config:
    chosen = data or (Path(environment["VIGIA_AGENT_DATA"]) if environment.get("VIGIA_AGENT_DATA") else None)
    if chosen is not None:
        config = replace(config, data=chosen.absolute(), overridden={"data": "environment"})
    level = environment.get("VIGIA_AGENT_LOG_LEVEL")
    if level:
        if level not in LOG_LEVELS:
            raise ConfigError("VIGIA_AGENT_LOG_LEVEL", (("", f"must be one of {', '.join(LOG_LEVELS)}"),))
        config = replace(
            config, log_level=level, overridden={**config.overridden, "log_level": "environment"}
        )
    return config
