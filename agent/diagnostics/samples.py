"""What was measured in the quarter of an hour before the fault: one reading a line, newest last."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from agent.diagnostics.item import KIB, Recipe, Taken
from agent.diagnostics.request import Request

BEFORE = timedelta(minutes=15)
MAX_BYTES = 128 * KIB
SOURCE = "vigia-agent"


def recent(request: Request) -> list[Mapping[str, Any]]:
    """The samples of the last 15 minutes before the newest one, oldest first."""
    dated = sorted(request.samples, key=taken_at)
    return [one for one in dated if taken_at(one) >= taken_at(dated[-1]) - BEFORE]


def taken_at(sample: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(sample["at"])


def take(request: Request) -> Taken:
    """Whole lines, as many of the newest as MAX_BYTES hold."""
    lines: list[bytes] = []
    room, samples = MAX_BYTES, recent(request)
    for one in reversed(samples):
        line = (json.dumps(one, ensure_ascii=False) + "\n").encode("utf-8", "replace")
        room -= len(line)
        if room < 0:
            break
        lines.append(line)
    return Taken(SOURCE, b"".join(reversed(lines)), truncated=len(lines) < len(samples))


RECIPE = Recipe("samples.jsonl", MAX_BYTES, take)
