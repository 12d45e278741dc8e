"""The whole as one document: sections of plain values, and the hash by which a change is known."""

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from agent.inventory import devices, elsewhere, software, system
from agent.inventory.system import Places

TEXT_MAX = 255
REASON_MAX = 200
SECTIONS: Mapping[str, Callable[[Places], Any]] = {
    "system": system.system,
    "hardware": system.hardware,
    "memory_modules": system.memory_modules,
    "disks": devices.disks,
    "adapters": devices.adapters,
    "addresses": devices.addresses,
    "mounts": devices.mounts,
    "packages": software.packages,
    "services": software.services,
}
Document = dict[str, Any]


def taken(
    places: Places | None = None, sections: Mapping[str, Callable[[Places], Any]] | None = None
) -> Document:
    """Blocking, a minute on a slow machine. A section that cannot be read is empty and named in `gaps`."""
    where = places or Places()
    sections = sections or elsewhere.sections(sys.platform) or SECTIONS
    document: Document = {"gaps": []}
    for name, read in sections.items():
        try:
            document[name] = _within(read(where))
        except Exception as error:  # a failed section is a gap
            document[name] = {} if name in ("system", "hardware") else []
            reason = f"{type(error).__name__}: {error}"[:REASON_MAX]
            document["gaps"].append({"section": name, "reason": _text(reason)})
    return document


def digest(document: Mapping[str, Any]) -> bytes:
    """SHA-256 of what it says, the gaps left out: a tool that was busy once is no change."""
    told = {key: value for key, value in document.items() if key != "gaps"}
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).digest()


def _within(value: Any) -> Any:
    """Texts cut to what a message may hold, and without halves of characters."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {key: _within(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_within(one) for one in value]
    return value


def _text(value: str) -> str:
    return value.encode(errors="replace").decode(errors="replace").replace("\0", "")[:TEXT_MAX]
