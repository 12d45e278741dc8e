"""The machine's pulse, every 5 s: a few numbers straight from the kernel's files, as one packed row.

The files stay open and are read again from their beginning: some 0.3 ms of processor for a row. What the
collectors read at their own pace comes beside it, in their snapshots.
"""

import json
import math
import os
import zlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.collectors.disks import DISK, SECTOR_BYTES
from agent.collectors.network import INNER
from agent.collectors.procfs import MACHINE, Roots
from agent.layouts import Series
from agent.names import DEVICE, DIRECTION_DISK, DIRECTION_NETWORK, INTERFACE

READ_BYTES = 256 * 1024
OBJECTS_MAX = 8
PRESSURES = ("cpu", "io", "memory")


@dataclass(slots=True)
class Row:
    """Values by column, in a fixed order; NaN where the kernel did not say."""

    values: dict[Series, float] = field(default_factory=dict)

    def put(self, name: str, unit: str, value: float | None, **attributes: str) -> None:
        told = tuple(sorted((_KEYS[key], about) for key, about in attributes.items()))
        self.values[Series(name, unit, told)] = math.nan if value is None else value


_KEYS = {"device": DEVICE, "disk": DIRECTION_DISK, "interface": INTERFACE, "network": DIRECTION_NETWORK}


def columns_payload(columns: tuple[Series, ...]) -> bytes:
    """The columns under an id made from their content: 4 bytes, then JSON."""
    text = json.dumps([[one.name, one.unit, one.attributes] for one in columns]).encode()
    return (zlib.crc32(text) or 1).to_bytes(4, "big") + text


def row_payload(layout_id: int, values: "array[float]") -> bytes:
    """4 bytes of the columns' id, then the numbers as the machine holds them, little-endian everywhere."""
    return layout_id.to_bytes(4, "big") + values.tobytes()


class Sampler:
    """`sample` blocks for less than a millisecond; never raises for what a file lacks."""

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._proc, self._net = roots.proc, f"{roots.sys}/class/net"
        self._open: dict[str, int] = {}
        self._before: dict[str, float] = {}
        self._now: dict[str, float] = {}
        self._span_s = 0.0
        self._before_s = 0.0

    def sample(self, mono_s: float) -> Mapping[Series, float]:
        """Rates are over the time since the last sample; unknown in the first."""
        row = Row()
        self._span_s = mono_s - self._before_s if self._before else 0.0
        self._now = {}
        for part in (self._processors, self._memory, self._load, self._pressures, self._disks, self._network):
            try:
                part(row)
            except (ValueError, IndexError, KeyError):
                continue  # a kernel that words it otherwise: those columns are unknown
        self._before, self._before_s = self._now, mono_s
        return row.values

    def close(self) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()

    # -- the parts -------------------------------------------------------------------------------------

    def _processors(self, row: Row) -> None:
        text = self._text(f"{self._proc}/stat")
        ticks = [float(word) for word in text[: text.index(b"\n")].split()[1:9]]
        names = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
        grown = [self._grown(f"cpu {name}", tick) for name, tick in zip(names, ticks, strict=False)]
        known = [max(0.0, one) for one in grown if one is not None]
        total = sum(known)
        shares = [one / total for one in known] if total > 0 and len(known) == len(names) else None
        row.put("vigia.cpu.busy", "1", 1.0 - shares[3] - shares[4] if shares else None)
        row.put("vigia.cpu.iowait", "1", shares[4] if shares else None)
        row.put("vigia.cpu.steal", "1", shares[7] if shares else None)
        for line in text[text.rfind(b"\nprocs_running") :].split(b"\n"):
            if line.startswith(b"procs_"):
                key, count = line.split()
                row.put(f"vigia.processes.{key[6:].decode()}", "{process}", float(count))

    def _memory(self, row: Row) -> None:
        text = self._text(f"{self._proc}/meminfo")
        total = _kilobytes(text, b"MemTotal:")
        row.put("vigia.memory.available", "1", _kilobytes(text, b"MemAvailable:") / total)
        swap = _kilobytes(text, b"SwapTotal:")
        row.put("system.paging.utilization", "1", 1 - _kilobytes(text, b"SwapFree:") / swap if swap else 0.0)

    def _load(self, row: Row) -> None:
        row.put(
            "system.cpu.load_average.1m", "{thread}", float(self._text(f"{self._proc}/loadavg").split()[0])
        )

    def _pressures(self, row: Row) -> None:
        """The share of the last 10 s in which somebody waited for it."""
        for of in PRESSURES:
            text = self._text(f"{self._proc}/pressure/{of}")
            if text.startswith(b"some avg10="):
                row.put(f"vigia.pressure.{of}", "1", float(text[11 : text.index(b" ", 11)]) / 100)

    def _disks(self, row: Row) -> None:
        seen = 0
        for line in self._text(f"{self._proc}/diskstats").split(b"\n"):
            words = line.split()
            if len(words) < 13 or words[3] == words[7] == b"0" or not DISK.match(words[2].decode()):
                continue
            seen += 1
            if seen > OBJECTS_MAX:
                return
            disk = words[2].decode()
            for way, place in (("read", 5), ("write", 9)):
                grown = self._grown(f"{disk} {way}", float(words[place]) * SECTOR_BYTES)
                row.put("vigia.disk.io_rate", "By/s", _rate(grown, self._span_s), device=disk, disk=way)
            busy = _rate(self._grown(f"{disk} busy", float(words[12]) / 1000), self._span_s)
            row.put("vigia.disk.busy", "1", busy if busy is None else min(1.0, busy), device=disk)

    def _network(self, row: Row) -> None:
        seen = 0
        for line in self._text(f"{self._proc}/net/dev").split(b"\n")[2:]:
            name, colon, rest = line.partition(b":")
            interface = name.strip().decode("utf-8", "replace")
            if not colon or interface.startswith(INNER):
                continue
            seen += 1
            if seen > OBJECTS_MAX:
                return
            words = rest.split()
            for way, place in (("receive", 0), ("transmit", 8)):
                grown = self._grown(f"{interface} {way}", float(words[place]))
                rate = _rate(grown, self._span_s)
                row.put("vigia.network.io_rate", "By/s", rate, interface=interface, network=way)
            carrier = self._text(f"{self._net}/{interface}/carrier").strip()
            # It refuses to be read while the interface is switched off.
            row.put("vigia.network.carrier", "1", float(carrier == b"1"), interface=interface)

    # -- small print -----------------------------------------------------------------------------------

    def _grown(self, key: str, counter: float) -> float | None:
        self._now[key] = counter
        before = self._before.get(key)
        return counter - before if before is not None and counter >= before else None

    def _text(self, path: str) -> bytes:
        """Empty when it cannot be read. A descriptor whose object went away is given up."""
        try:
            descriptor = self._open.get(path)
            if descriptor is None:
                if len(self._open) > 64:
                    self.close()
                descriptor = self._open[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            return os.pread(descriptor, READ_BYTES, 0)
        except OSError:
            descriptor = self._open.pop(path, None)
            if descriptor is not None:
                os.close(descriptor)
            return b""


def _kilobytes(text: bytes, key: bytes) -> float:
    begin = text.index(key) + len(key)
    return float(text[begin : text.index(b"\n", begin)].split()[0])


def _rate(grown: float | None, span_s: float) -> float | None:
    return grown / span_s if grown is not None and span_s > 0 else None
