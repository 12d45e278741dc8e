"""What one snapshot of the agent costs: CPU milliseconds, against a bare psutil reference in the same run.

`python bench/agent_snapshot.py [--rounds 500]`. The reference calls what psutil offers for the same facts and
keeps nothing; ours reads, names, judges with every rule, and keeps what the rules must remember. CPU time of
this process alone, so that a busy machine does not disturb it much; the better of three runs counts.
"""

import argparse
import resource
import socket
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from agent.clock import SystemClock
from agent.collectors import ALL, look
from agent.collectors.watches import watch_collectors
from agent.config import Watch
from agent.rules import Judge

CLOCK = SystemClock()


def cpu_ms(work: Callable[[], object], rounds: int) -> float:
    """CPU milliseconds of one round, children excluded; best of three."""
    work()
    results = []
    for _ in range(3):
        began = time.process_time()
        for _ in range(rounds):
            work()
        results.append((time.process_time() - began) / rounds * 1000)
    return min(results)


def resident_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours_judged(judge: Judge) -> Callable[[], object]:
    def work() -> None:
        for collector in ALL:
            judge.judge(look(collector, CLOCK), CLOCK.now())

    return work


def reference() -> Callable[[], object]:
    """psutil for the same facts."""
    import psutil

    def work() -> None:
        psutil.cpu_times()
        psutil.cpu_count()
        psutil.virtual_memory()
        psutil.swap_memory()
        for partition in psutil.disk_partitions(all=False):
            psutil.disk_usage(partition.mountpoint)
        psutil.disk_io_counters(perdisk=True)
        psutil.net_io_counters(pernic=True)
        psutil.net_if_stats()
        psutil.getloadavg()
        psutil.boot_time()

    return work


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    rounds = parser.parse_args().rounds
    judge = Judge("server", lambda: str(uuid.uuid4()))
    before_mib = resident_mib()
    for collector in ALL:
        each_ms = cpu_ms(lambda collector=collector: look(collector, CLOCK), rounds)  # type: ignore[misc]
        print(f"  {collector.name:12} {each_ms:7.3f} ms")
    ours_ms = cpu_ms(ours_judged(judge), rounds)
    print(f"resident before and after: {before_mib:.1f} and {resident_mib():.1f} MiB")
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as server:
        port = server.getsockname()[1]
        tcp, process = watch_collectors(
            [Watch("a", "tcp", f"127.0.0.1:{port}"), Watch("b", "process", "python")], CLOCK
        )

        def answered() -> None:
            judge.judge(look(tcp, CLOCK), CLOCK.now())
            server.accept()[0].close()

        tcp_ms = cpu_ms(answered, min(rounds, 300))
        process_ms = cpu_ms(lambda: look(process, CLOCK), rounds)
    reference_ms = cpu_ms(reference(), rounds)
    print(f"snapshot, read and judged: {ours_ms:.3f} ms; psutil alone: {reference_ms:.3f} ms;"
          f" ratio {ours_ms / reference_ms:.2f}")  # fmt: skip
    print(f"a watch: tcp {tcp_ms:.3f} ms (its server's accept included), process {process_ms:.3f} ms")
    hour_s = (ours_ms * 360 + tcp_ms * 1800) / 1000
    print(f"an hour of a snapshot each 10 s and one tcp watch each 2 s: {hour_s:.2f} CPU s, threads apart")


if __name__ == "__main__":
    main()
