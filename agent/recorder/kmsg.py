"""The kernel's own log, from /dev/kmsg: read without waiting, from now on."""

import os
from collections.abc import Iterator
from contextlib import suppress

from agent.recorder.lines import Line
from agent.rootdoor.asked import opened

RECORD_BYTES = 8 * 1024
AT_ONCE = 500


class KernelLog:
    """Raises OSError where it may not be read. Only the kernel's own lines (facility 0) are told."""

    def __init__(self, path: str = "/dev/kmsg") -> None:
        self._descriptor = opened(path)
        with suppress(OSError):
            os.lseek(self._descriptor, 0, os.SEEK_END)

    def lines(self, mono_zero_ms: int) -> Iterator[Line]:
        for _ in range(AT_ONCE):
            try:
                record = os.read(self._descriptor, RECORD_BYTES)
            except BlockingIOError:
                return
            except BrokenPipeError:
                continue  # overwritten before we came: the next read goes on behind it
            if not record:
                return
            line = parsed(record, mono_zero_ms)
            if line is not None:
                yield line

    def close(self) -> None:
        os.close(self._descriptor)


def parsed(record: bytes, mono_zero_ms: int) -> Line | None:
    """One record, as the kernel's documentation of /dev/kmsg has it; None for what programs wrote there."""
    head, _, rest = record.partition(b";")
    fields = head.split(b",")
    if len(fields) < 3 or not fields[0].isdigit() or not fields[2].isdigit():
        return None
    facility_and_priority = int(fields[0])
    if facility_and_priority >> 3:
        return None
    text = rest.partition(b"\n")[0].decode("utf-8", "replace")
    return Line(mono_zero_ms + int(fields[2]) // 1000, facility_and_priority & 7, "kernel", text)
