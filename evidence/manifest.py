"""The manifest: what a bundle holds, where each item came from, and what is missing from it.

A stuck command, a cut log and a withheld file are facts of the bundle, so they stand here, never in silence
(signals.md, Bundles). Times are aware UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from evidence.errors import BundleForged

SCHEMA = "vigia.bundle/1"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing collected. `label` names it inside the bundle and is never a path to write to."""

    label: str
    collector: str
    source: str
    """The command as one line, or the path, that the bytes came from."""
    exit_status: int | None = None
    duration_ms: int = 0
    bytes: int = 0
    """Size as stored, after redaction and cutting."""
    sha256: str = ""
    """Hex digest of the stored bytes; empty when nothing was stored."""
    truncated: bool = False
    cut_bytes: int = 0
    """How much of the oldest end was left out; the newest end is what is kept."""
    timed_out: bool = False
    withheld: str = ""
    """Why nothing was stored although there was something; empty otherwise."""
    redactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole table of contents of one bundle."""

    agent_version: str
    host: str
    started_at: datetime
    finished_at: datetime
    items: tuple[Item, ...]
    profile: str = ""
    schema: str = SCHEMA

    def item(self, label: str) -> Item | None:
        """The item of that label, or None."""
        return next((item for item in self.items if item.label == label), None)


def manifest_to_json(manifest: Manifest) -> dict[str, Any]:
    """Plain values for json.dumps; keys are the field names, instants are ISO 8601 in UTC."""
    return {
        "schema": manifest.schema,
        "agent_version": manifest.agent_version,
        "host": manifest.host,
        "profile": manifest.profile,
        "started_at": _instant_text(manifest.started_at),
        "finished_at": _instant_text(manifest.finished_at),
        "items": [
            {f.name: _plain(getattr(item, f.name)) for f in fields(Item)}
            for item in sorted(manifest.items, key=lambda item: item.label)
        ],
    }


def manifest_from_json(value: object) -> Manifest:
    """Read what `manifest_to_json` wrote. Unknown keys are ignored, so that newer agents stay readable.

    Raises BundleForged naming the field that is missing or of the wrong kind.
    """
    top = _mapping(value, "manifest")
    if not _text(top, "schema").startswith("vigia.bundle/"):
        raise BundleForged(f"manifest.schema is {top['schema']!r}, expected {SCHEMA!r}")
    items = top.get("items")
    if not isinstance(items, list):
        raise BundleForged("manifest.items is not a list")
    return Manifest(
        agent_version=_text(top, "agent_version"),
        host=_text(top, "host"),
        profile=_text(top, "profile", ""),
        started_at=_instant(top, "started_at"),
        finished_at=_instant(top, "finished_at"),
        items=tuple(_item(one) for one in items),
        schema=_text(top, "schema"),
    )


def _item(value: object) -> Item:
    one = _mapping(value, "manifest.items[]")
    counts = _mapping(one.get("redactions", {}), "redactions")
    if not all(type(count) is int and count >= 0 for count in counts.values()):
        raise BundleForged("manifest item: redactions must be counts")
    status = one.get("exit_status")
    return Item(
        label=_text(one, "label"),
        collector=_text(one, "collector"),
        source=_text(one, "source"),
        exit_status=None if status is None else _whole(one, "exit_status", signed=True),
        duration_ms=_whole(one, "duration_ms"),
        bytes=_whole(one, "bytes"),
        sha256=_text(one, "sha256", ""),
        truncated=one.get("truncated") is True,
        cut_bytes=_whole(one, "cut_bytes"),
        timed_out=one.get("timed_out") is True,
        withheld=_text(one, "withheld", ""),
        redactions={str(rule): int(count) for rule, count in counts.items()},
    )


def _plain(value: object) -> object:
    return dict(sorted(value.items())) if isinstance(value, Mapping) else value


def _instant_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _instant(top: Mapping[str, Any], name: str) -> datetime:
    try:
        at = datetime.fromisoformat(_text(top, name))
        if at.tzinfo is None:
            raise ValueError("no offset")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BundleForged(f"manifest.{name} is not an instant with an offset") from error


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BundleForged(f"{name} is not an object")
    return value


def _text(top: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = top.get(name, default)
    if not isinstance(value, str):
        raise BundleForged(f"manifest: {name} is not a text")
    return value


def _whole(top: Mapping[str, Any], name: str, *, signed: bool = False) -> int:
    value = top.get(name, 0)
    if type(value) is not int or (value < 0 and not signed):
        raise BundleForged(f"manifest: {name} is not a whole number")
    return value
