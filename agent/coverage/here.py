"""`vigia-agent coverage`: what is watched on this machine, what is not, and why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from agent.coverage.row import Row
from agent.once import printable
from agent.signals import Reading
from agent.words import LANGUAGES, say

# Read by other parts of the agent than collectors, whatever the machine.
ASIDE = ("inventory",)


class State(Enum):
    """`PARTLY`: some of it is told, some is unknown. `ABSENT`: the machine has nothing of the kind."""

    WATCHED = "watched"
    PARTLY = "partly"
    UNKNOWN = "unknown"
    ABSENT = "absent"


# By whether anything is told, and whether anything is unknown.
_STATES = {
    (True, False): State.WATCHED,
    (True, True): State.PARTLY,
    (False, True): State.UNKNOWN,
    (False, False): State.ABSENT,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One row on this machine. `why` are the gaps that its collectors told."""

    row: Row
    state: State
    why: tuple[str, ...] = ()


def seen(rows: Sequence[Row], readings: Sequence[Reading]) -> list[Seen]:
    """What one look of every collector says of each row."""
    found = []
    for row in rows:
        own = [reading for reading in readings if row.reads(reading.collector)]
        told = any(row.is_told_by(reading) for reading in own) or any(
            name in ASIDE for name in row.collectors
        )
        gaps = (gap.reason for reading in own for gap in reading.gaps if row.about in gap.reason)
        why = tuple(dict.fromkeys(gaps))
        found.append(Seen(row, _STATES[told, bool(why)], why))
    return found


def as_json(found: Sequence[Seen]) -> str:
    """[{signal, state, rules, why, source, unseen}]."""
    return json.dumps(
        [
            {
                "signal": one.row.title[0],
                "state": one.state.value,
                "rules": list(one.row.rules),
                "why": list(one.why),
                "source": one.row.linux,
                "unseen": one.row.unseen[0],
            }
            for one in found
        ],
        indent=2,
    )


def as_lines(found: Sequence[Seen], language: str) -> list[str]:
    """For people: by state, the unknown with its reasons, and what is never seen."""
    spoken = LANGUAGES.index(language)
    lines: list[str] = []
    for state in State:
        rows = [one for one in found if one.state is state]
        if not rows:
            continue
        lines += [*([""] if lines else []), say(language, f"coverage.{state.value}")]
        for one in rows:
            lines.append(f"  - {one.row.title[spoken]}")
            lines += [f"      ? {printable(why)}" for why in one.why]
    unseen = [one for one in found if one.row.unseen[0] and one.state is not State.ABSENT]
    if unseen:
        lines += ["", say(language, "coverage.unseen")]
        lines += [f"  - {one.row.title[spoken]}: {one.row.unseen[spoken]}" for one in unseen]
    return lines
