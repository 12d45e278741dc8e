"""The main numbers of the minutes before the fault, as a table for people: newest last.

A row for each snapshot, and one more whenever what a watch found changes between two of them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from agent.diagnostics.item import KIB, Recipe, Taken, table
from agent.diagnostics.request import Request
from agent.diagnostics.samples import SOURCE, recent, taken_at
from agent.names import SNAPSHOT
from agent.signals import WatchResult

UNKNOWN = "-"
COLUMNS_MAX = 8
GIB = 1024.0**3
# Attributes stand in the alphabetical order of their keys (`request.named`): what follows each is known.
_FREE = re.compile(
    r"system\.filesystem\.usage\{.*?system\.filesystem\.mountpoint=(.*),system\.filesystem\.state=free\b"
)
_CARRIED = re.compile(r"vigia\.network\.io_rate\{.*\bnetwork\.io\.direction=(receive|transmit)\b")
_WATCH = re.compile(r"vigia\.watch\.result\{.*?vigia\.watch\.name=(.*),vigia\.watch\.target=")


def take(request: Request) -> Taken:
    samples = recent(request)
    mounts = _named(_FREE, samples)
    watches = _named(_WATCH, samples)
    rows: list[tuple[str, ...]] = []
    outcomes = dict.fromkeys(watches, UNKNOWN)
    for sample in samples:
        values: Mapping[str, float] = sample["values"]
        before = dict(outcomes)
        outcomes.update({name: _outcome(value) for name, value in _found(_WATCH, values)})
        if sample["collector"] != SNAPSHOT and outcomes == before:
            continue
        free = dict(_found(_FREE, values))
        rows.append(
            (
                f"{taken_at(sample):%H:%M:%S}",
                _shown(values.get("vigia.cpu.busy"), _percent),
                _shown(values.get("vigia.memory.available"), lambda share: _percent(1 - share)),
                *(_shown(free.get(mount), lambda held: f"{held / GIB:.1f}") for mount in mounts),
                *(
                    _shown(_carried(values, way), lambda rate: f"{rate:.0f}")
                    for way in ("receive", "transmit")
                ),
                *(outcomes[name] for name in watches),
            )
        )
    heading = (
        "TIME UTC",
        "CPU %",
        "MEMORY %",
        *(f"FREE GiB {_printable(mount)}" for mount in mounts),
        "NET IN B/s",
        "NET OUT B/s",
        *(f"WATCH {_printable(name)}" for name in watches),
    )
    return Taken(SOURCE, table(heading, rows))


def _named(pattern: re.Pattern[str], samples: list[Mapping[str, Any]]) -> list[str]:
    """What the columns are for: at most COLUMNS_MAX, the rest stands in samples.jsonl."""
    return sorted({name for one in samples for name, _ in _found(pattern, one["values"])})[:COLUMNS_MAX]


def _found(pattern: re.Pattern[str], values: Mapping[str, float]) -> list[tuple[str, float]]:
    return [(found[1], value) for key, value in values.items() if (found := pattern.match(key))]


def _carried(values: Mapping[str, float], direction: str) -> float | None:
    """Bytes a second over all interfaces; None when no rate is known yet."""
    rates = [rate for way, rate in _found(_CARRIED, values) if way == direction]
    return sum(rates) if rates else None


def _outcome(value: float) -> str:
    try:
        return WatchResult(int(value)).name.lower()
    except ValueError:
        return UNKNOWN


def _shown(value: float | None, form: Callable[[float], str]) -> str:
    return UNKNOWN if value is None else form(value)


def _percent(share: float) -> str:
    return f"{share * 100:.1f}"


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


RECIPE = Recipe("samples.txt", 64 * KIB, take)
