"""What the agent knows right now: every collector's last look, made into snapshots, and the minutes before.

Pure: readings in, snapshots and readings out; `now` is an argument.
"""

import math
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from agent.layouts import LayoutBook, Series, series_of
from agent.names import SNAPSHOT
from agent.signals import Gap, Metric, Reading
from agent.wire import Snapshot

HISTORY_SNAPSHOTS = 90
HISTORY_WATCHES = 60
_Column = tuple[str, str, dict[str, str]]


@dataclass(slots=True)
class _Held:
    """One collector's columns with their last values, NaN where its last look could not say."""

    values: dict[Series, float]
    gaps: tuple[Gap, ...]


class Health:
    """`take` readings, `snapshot` from time to time, `before` for the evidence of a finding.

    The history is kept packed: 90 snapshots (15 min at one per 10 s) of some 150 series are 120 KB.
    """

    def __init__(self, layouts: LayoutBook) -> None:
        self._layouts = layouts
        self._held: dict[str, _Held] = {}
        self._history: deque[tuple[datetime, int, array[float]]] = deque(maxlen=HISTORY_SNAPSHOTS)
        self._watches: deque[Reading] = deque(maxlen=HISTORY_WATCHES)
        self._last: tuple[tuple[Series, ...], int] = ((), 0)

    def take(self, reading: Reading) -> None:
        """A collector's newest look replaces its last; what a gap left unknown stays as a column."""
        fresh = {series_of(metric): metric.value for metric in reading.metrics}
        if reading.gaps and reading.collector in self._held:
            unknown = dict.fromkeys(self._held[reading.collector].values, math.nan)
            fresh = {**unknown, **fresh}
        self._held[reading.collector] = _Held(fresh, reading.gaps)
        if reading.collector.startswith("watch:"):
            self._watches.append(reading)

    def snapshot(self, now: datetime) -> Snapshot | None:
        """All there is, None before the first look. Raises OSError when a new layout cannot be kept."""
        everything = {series: value for held in self._held.values() for series, value in held.values.items()}
        if not everything:
            return None
        layout_id = self._layout_of(tuple(everything))
        kept = self._layouts.get(layout_id) or ()
        values = array("d", (everything[series] for series in kept))
        self._history.append((now, layout_id, values))
        gaps = tuple(gap for held in self._held.values() for gap in held.gaps)
        return Snapshot(layout_id, now, tuple(values), gaps)

    def _layout_of(self, columns: tuple[Series, ...]) -> int:
        """That of the last snapshot when the columns are the same, as they are nearly always."""
        known, layout_id = self._last
        if columns != known or self._layouts.get(layout_id) is None:
            layout_id = self._layouts.id_for(sorted(columns))
            self._last = (columns, layout_id)
        return layout_id

    def before(self) -> Iterator[Reading]:
        """The last quarter of an hour as readings, oldest first: snapshots, and each look of the watches.

        Unpacked one by one as they are asked for: all together they would be some 5 MiB.
        """
        history, watches = tuple(self._history), tuple(self._watches)
        columns: dict[int, list[_Column]] = {}
        old = (self._reading(*packed, columns) for packed in history)
        return merge(old, watches, key=lambda reading: reading.taken_at)

    def _reading(
        self, taken_at: datetime, layout_id: int, values: "array[float]", columns: dict[int, list[_Column]]
    ) -> Reading:
        if layout_id not in columns:
            known = self._layouts.get(layout_id) or ()
            columns[layout_id] = [(one.name, one.unit, dict(one.attributes)) for one in known]
        metrics = tuple(
            Metric(name, value, unit, attributes)
            for (name, unit, attributes), value in zip(columns[layout_id], values, strict=False)
            if not math.isnan(value)
        )
        return Reading(SNAPSHOT, taken_at, 0.0, metrics)
