"""The hash that binds an act to all before it."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID


def link(
    sequence: int,
    at: datetime,
    actor: tuple[str, str, UUID | None],
    act: str,
    subject: str,
    facts: Mapping[str, str],
    previous_hash: str,
) -> str:
    """SHA-256 (hex) over the canonical JSON of all fields, so that no two can run into each other."""
    kind, name, actor_id = actor
    fields = [
        sequence,
        at.isoformat(timespec="microseconds"),
        kind,
        name,
        str(actor_id) if actor_id else "",
        act,
        subject,
        sorted(facts.items()),
        previous_hash,
    ]
    text = json.dumps(fields, ensure_ascii=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
