"""What a replay needs of an incident, and nothing else: its clocks' events, and what they came to.

Made where the history lies, and read by whoever replays it: a hundred thousand go over the wire in seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.sla.events import Event
from controller.sla.replay import Missed, Past

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outline:
    """`customer` is a name; `past` what the incident came to under the plan that governs it."""

    customer: str
    events: tuple[Event, ...]
    past: Past


def written(one: Outline) -> Json:
    return {
        "customer": one.customer,
        "events": [
            (
                event.kind, event.at.isoformat(), event.recorded_at.isoformat(), event.id, event.severity,
                event.level, event.channel, event.auto, event.by,
            )
            for event in one.events
        ],
        "missed": [tuple(missed) for missed in one.past.missed],
        "dues": [due.isoformat() for due in one.past.dues],
    }  # fmt: skip


def read(written_one: Mapping[str, Any]) -> Outline:
    return Outline(
        written_one["customer"],
        tuple(
            Event(kind, _instant(at), _instant(known), own, severity, level, channel, auto, None, by)
            for kind, at, known, own, severity, level, channel, auto, by in written_one["events"]
        ),
        Past(
            frozenset(Missed(clock, window) for clock, window in written_one["missed"]),
            tuple(map(_instant, written_one["dues"])),
        ),
    )


_instant = datetime.fromisoformat
