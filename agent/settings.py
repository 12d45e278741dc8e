"""`vigia-agent config`: every setting and every rule's threshold in force, and where each came from."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from agent.config import Config
from agent.rules import ALL
from agent.rules.terms import chosen
from agent.words import say


@dataclass(frozen=True, slots=True)
class Setting:
    """`origin` is "default", "role", "file" or "environment" (a flag or a variable)."""

    key: str
    value: str | float | list[str]
    origin: str


def settings(config: Config) -> Iterator[Setting]:
    """The keys of the file first, in its own words, then each rule's thresholds."""
    plain: tuple[tuple[str, str | float | list[str]], ...] = (
        ("role", config.role.value),
        ("data", str(config.data)),
        ("controller", config.controller or ""),
        ("https_proxy", (config.https_proxy or "").rpartition("@")[2]),
        ("log_level", config.log_level),
        ("policy", str(config.policy)),
        ("spool_quota_bytes", float(config.spool_quota_bytes)),
        ("certificates", list(config.certificates)),
        ("reach.internet", list(config.reach_internet)),
        ("watch", [f"{one.name}: {one.kind} {one.target}" for one in config.watches]),
        ("backup", [f"{one.name}: {one.kind} {one.path}" for one in config.backups]),
    )
    for key, value in plain:
        written = key.partition(".")[0] in config.written
        yield Setting(key, value, config.overridden.get(key) or ("file" if written else "default"))
    for rule in ALL:
        for one in chosen(rule, config.role, config.rules):
            yield Setting(f'rules."{rule.id}".{one.limit.name}', float(one.value), one.origin)


def as_json(config: Config) -> str:
    """[{key, value, origin}]."""
    return json.dumps(
        [{"key": one.key, "value": one.value, "origin": one.origin} for one in settings(config)], indent=2
    )


def as_table(config: Config, language: str) -> list[str]:
    """One line a setting: key, value, origin in words. Secrets in a proxy's address are not shown."""
    lines = [say(language, "config.title", source=_source(config, language)), ""]
    rows = [(one.key, _shown(one), say(language, f"config.{one.origin}")) for one in settings(config)]
    width = max(len(key) for key, _, _ in rows)
    wide = min(40, max(len(value) for _, value, _ in rows))
    return [*lines, *(f"{key:<{width}}  {value:<{wide}}  {origin}" for key, value, origin in rows)]


def _source(config: Config, language: str) -> str:
    return say(language, "source.defaults") if config.source == "defaults" else config.source


def _shown(one: Setting) -> str:
    if isinstance(one.value, float):
        return f"{one.value:.10g}"
    if isinstance(one.value, list):
        return ", ".join(one.value) or "-"
    return one.value or "-"
