"""`vigia-agent once`: one look at everything, for a person (a table) or a program (JSON)."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

from agent.clock import Clock
from agent.collectors import Collector, look
from agent.signals import Metric, Reading

BETWEEN_S = 1.0
# What is looked at more seldom than this tells no rates, and may be dear: it is asked once.
RATES_S = 60.0


async def look_at_all(collectors: Sequence[Collector], clock: Clock) -> list[Reading]:
    """Two looks a second apart, because rates need two; the second is told, with the gaps of both.

    Those that look seldom: one.
    """
    first = await asyncio.gather(*(_look(collector, clock) for collector in collectors))
    await clock.sleep(BETWEEN_S)
    again = [collector for collector in collectors if collector.every_s <= RATES_S]
    second = await asyncio.gather(*(_look(collector, clock) for collector in again))
    latest = {reading.collector: reading for reading in second}
    return [_both(before, latest.get(before.collector, before)) for before in first]


def _both(before: Reading, after: Reading) -> Reading:
    """What is told once in a run (how the last one ended cannot be told) is told."""
    return replace(after, gaps=tuple(dict.fromkeys((*after.gaps, *before.gaps))))


async def _look(collector: Collector, clock: Clock) -> Reading:
    return await asyncio.to_thread(look, collector, clock)


def as_json(readings: Sequence[Reading]) -> str:
    """[{collector, taken_at, took_s, metrics: [{name, value, unit, attributes}], gaps: [reason]}]."""
    return json.dumps(
        [
            {
                "collector": reading.collector,
                "taken_at": reading.taken_at.isoformat(),
                "took_s": round(reading.took_s, 6),
                "metrics": [
                    {
                        "name": metric.name,
                        "value": metric.value,
                        "unit": metric.unit,
                        "attributes": dict(metric.attributes),
                    }
                    for metric in reading.metrics
                ],
                "gaps": [gap.reason for gap in reading.gaps],
            }
            for reading in readings
        ],
        indent=2,
    )


def as_table(readings: Sequence[Reading]) -> list[str]:
    """One line a figure, in units a person reads; gaps say what could not be seen."""
    lines: list[str] = []
    for reading in readings:
        lines.append(f"{reading.collector}  ({reading.took_s * 1000:.1f} ms)")
        width = max((len(metric.name) for metric in reading.metrics), default=0)
        for metric in reading.metrics:
            about = " ".join(f"{value}" for value in metric.attributes.values())
            lines.append(f"  {metric.name:<{width}}  {human(metric):>12}  {printable(about)}".rstrip())
        lines += [f"  ? {printable(gap.reason)}" for gap in reading.gaps]
    return lines


def human(metric: Metric) -> str:
    """Bytes with a binary prefix, ratios in per cent, everything else with its unit."""
    value = metric.value
    if metric.unit in ("By", "By/s"):
        per = metric.unit.removeprefix("By")
        for prefix in ("", "Ki", "Mi", "Gi", "Ti"):
            if abs(value) < 1024 or prefix == "Ti":
                return f"{value:.4g} {prefix}B{per}"
            value /= 1024
    if metric.unit == "1" and metric.name.endswith(("utilization", "ratio")):
        return f"{value * 100:.1f} %"
    unit = "" if metric.unit in ("1", "") or metric.unit.startswith("{") else f" {metric.unit}"
    return f"{value:.6g}{unit}"


def printable(text: str) -> str:
    """Without what would steer a terminal: names of files and units come from outside."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
