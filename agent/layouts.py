"""How the values of a snapshot are to be read: series in a fixed order under a short id.

The id is made from the content, so the same series have the same id in every life of the agent, and the
layouts of snapshots that still wait in the spool are kept beside it.
"""

import json
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from agent.disk import Disk, own_folder
from agent.signals import Metric

LAYOUTS_MAX = 64
SERIES_MAX = 1_000


class Series(NamedTuple):
    """One column: an OpenTelemetry name (or `vigia.`), a UCUM unit, attributes sorted by key.

    A tuple, because a hundred and fifty of them are compared and hashed at each snapshot.
    """

    name: str
    unit: str
    attributes: tuple[tuple[str, str], ...] = ()


def series_of(metric: Metric) -> Series:
    """The column a metric belongs in."""
    return Series(metric.name, metric.unit, tuple(sorted(metric.attributes.items())))


class LayoutBook:
    """Every layout in use, oldest forgotten beyond 64; files are `layouts/<id>.json`."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder
        self._known: dict[int, tuple[Series, ...]] = {}

    def load(self) -> None:
        """Reads what earlier lives left; an unreadable one is as if it were not there."""
        own_folder(self._disk, self._folder)
        for name in self._disk.list(self._folder):
            with suppress(OSError, ValueError, TypeError, KeyError):
                rows = json.loads(self._disk.read(self._folder / name))
                columns = tuple(Series(row[0], row[1], tuple(map(tuple, row[2]))) for row in rows)
                self._known[int(name.removesuffix(".json"))] = columns

    def id_for(self, columns: Iterable[Series]) -> int:
        """The id of these series, 1..2^32-1; durable before it returns, because snapshots will outlive us.

        At most 1,000 series: what comes beyond is not in the layout. Raises OSError.
        """
        chosen = tuple(columns)[:SERIES_MAX]
        text = json.dumps([[one.name, one.unit, one.attributes] for one in chosen]).encode()
        layout_id = zlib.crc32(text) or 1
        while self._known.get(layout_id, chosen) != chosen:
            layout_id = layout_id % 0xFFFFFFFF + 1
        if layout_id not in self._known:
            self._disk.replace(self._folder / f"{layout_id}.json", text)
            self._known[layout_id] = chosen
            self._forget_oldest()
        return layout_id

    def get(self, layout_id: int) -> tuple[Series, ...] | None:
        """The series under that id, None when it is not known (any more)."""
        return self._known.get(layout_id)

    def _forget_oldest(self) -> None:
        while len(self._known) > LAYOUTS_MAX:
            oldest = next(iter(self._known))
            del self._known[oldest]
            with suppress(OSError):
                self._disk.unlink(self._folder / f"{oldest}.json")
