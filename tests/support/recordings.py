"""A flight recording as an agent hands it in, told by the agent's code: a server runs out of memory."""

import math
import zlib
from datetime import datetime, timedelta

from agent.layouts import Series
from agent.recorder import telling
from agent.recorder.lines import Line
from agent.recorder.recording import Moment, Recording
from agent.recorder.top import Process
from agent.signals import Finding, FindingState, Severity

MINUTES = 15
_DISK, _CARD = ("system.device", "sda"), ("network.interface.name", "eth0")
COLUMNS = (
    Series("vigia.cpu.busy", "1"),
    Series("vigia.cpu.iowait", "1"),
    Series("vigia.memory.available", "1"),
    Series("system.paging.utilization", "1"),
    Series("system.cpu.load_average.1m", "{thread}"),
    Series("vigia.disk.busy", "1", (_DISK,)),
    Series("vigia.disk.io_rate", "By/s", (("disk.io.direction", "read"), _DISK)),
    Series("vigia.disk.io_rate", "By/s", (("disk.io.direction", "write"), _DISK)),
    Series("vigia.network.io_rate", "By/s", (_CARD, ("network.io.direction", "receive"))),
    Series("vigia.network.io_rate", "By/s", (_CARD, ("network.io.direction", "transmit"))),
    Series("vigia.network.carrier", "1", (_CARD,)),
)


def finding(fault: datetime, finding_id: str = "f-1") -> Finding:
    observed = fault + timedelta(seconds=10)
    return Finding(
        finding_id, "watch.down", "tienda-web", FindingState.RAISED, Severity.CRITICAL, fault, observed
    )


def recording(fault: datetime) -> Recording:
    """Memory runs out from the tenth minute on; the kernel kills the shop at the fault."""
    began_ms = round((fault - timedelta(minutes=MINUTES)).timestamp() * 1000)
    told = Recording()
    for number in range(MINUTES * 12 + 3):
        tight = max(0.0, (number - 100) / 82)
        wave = (zlib.crc32(b"%d" % number) % 100) / 100
        values = (
            min(1.0, 0.18 + 0.12 * wave + 0.6 * tight), min(1.0, 0.02 + 0.5 * tight * wave),
            max(0.02, 0.42 - 0.4 * tight), min(0.98, 0.1 + 0.9 * tight), 0.8 + 9 * tight,
            min(1.0, 0.05 + 0.1 * wave + 0.8 * tight), 4e5 * wave + 6e7 * tight,
            9e5 * (1 - wave) + 2e7 * tight,
            3e5 * wave + 2e4, 8e5 * wave * (1 - tight), 1.0,
        )  # fmt: skip
        unknown = 60 <= number < 66
        held = tuple(math.nan if unknown else value for value in values)
        told.rows.append(Moment(began_ms + number * 5_000, 7, COLUMNS, held))
    told.tops.append((began_ms, [Process(1188, "java", 0.4, 903_112_000)]))
    told.links.append((began_ms + 60_000, True, ""))
    for second, priority, source, text in (
        (120, 6, "cron.service", "(root) CMD (run-parts /etc/cron.hourly)"),
        (640, 4, "tienda-web.service", "GC overhead limit exceeded (1)"),
        (780, 4, "tienda-web.service", "GC overhead limit exceeded (2)"),
        (884, 3, "tienda-web.service", "java.lang.OutOfMemoryError: Java heap space"),
        (901, 3, "kernel", "Out of memory: Killed process 1188 (java) total-vm:9871232kB"),
        (902, 5, "systemd", "tienda-web.service: Main process exited, code=killed, status=9/KILL"),
    ):
        told.lines.append(Line(began_ms + second * 1000, priority, source, text))
    return told


def items(fault: datetime, finding_id: str = "f-1") -> dict[str, bytes]:
    """By label, as they stand in the evidence."""
    told, about = recording(fault), finding(fault, finding_id)
    return {
        "recorder/minutes.txt": telling.minutes(told, about).encode(),
        "recorder/log.txt": telling.log(told, about).encode(),
        "recorder/processes.txt": telling.processes(told).encode(),
        "recorder/numbers.json": telling.numbers(told, about).encode(),
    }
