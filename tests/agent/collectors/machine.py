"""A small machine's kernel files in a folder, as recorded on a Debian server, for collectors to read."""

from dataclasses import dataclass
from pathlib import Path

# ruff: noqa: E501 - the kernel's lines are as long as they are
from agent.collectors.logins import BOOT_TIME, RECORD, RUN_LEVEL
from agent.collectors.procfs import Roots
from tests.agent.collectors.hardware import shelf as hardware
from tests.agent.collectors.system import shelf as system

BOOT_AT = 1_772_440_000
FILES = {
    **hardware.FILES,
    **system.FILES,
    "proc/stat": "cpu  1000 0 500 8000 300 10 20 0 0 0\ncpu0 500 0 250 4000 150 5 10 0 0 0\n"
    f"cpu1 500 0 250 4000 150 5 10 0 0 0\nintr 5\nctxt 9\nbtime {BOOT_AT}\n",
    "proc/meminfo": "MemTotal:       16000000 kB\nMemFree:         2000000 kB\nMemAvailable:    8000000 kB\n"
    "Buffers:          100000 kB\nCached:          5000000 kB\nSReclaimable:     300000 kB\n"
    "SwapTotal:       4000000 kB\nSwapFree:        3000000 kB\nHugePages_Total:       0\n",
    "proc/vmstat": "nr_free_pages 500000\npgmajfault 1713\noom_kill 2\n",
    "proc/self/mountinfo": "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "25 24 0:23 / /dev/shm rw - tmpfs tmpfs rw\n"
    "27 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw,discard\n"
    "31 27 254:1 /srv /mnt/bind rw,relatime - ext4 /dev/vda1 rw\n"
    "32 27 0:50 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=x\n"
    "33 27 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro\n"
    "34 27 0:60 / /mnt/nas rw - nfs4 nas:/x rw\n",
    "proc/diskstats": "   7       0 loop0 10 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    " 254       0 vda 1000 5 80000 2000 500 7 40000 3000 1 4000 5000 0 0 0 0 0 0\n"
    " 254       1 vda1 1000 5 80000 2000 500 7 40000 3000 1 4000 5000 0 0 0 0 0 0\n"
    " 253       0 dm-0 900 0 70000 2000 500 0 40000 3000 0 4000 5000 0 0 0 0 0 0\n",
    "proc/net/dev": "Inter-|   Receive                            |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls\n"
    "    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0  0 0 0\n"
    "  eth0: 507094703   19765    3    4    0     0          0         0   700303    7610    1    2    0  0 0 0\n"
    "vetha1: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n",
    "proc/net/route": "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n",
    "proc/net/ipv6_route": f"{'0' * 32} 00 {'0' * 32} 00 {'0' * 32} ffffffff 00000001 00000000 00200200       lo\n",
    "proc/uptime": "4000.50 7000.00\n",
    "proc/loadavg": "0.50 1.00 0.75 1/97 9313\n",
    "proc/sys/kernel/random/boot_id": "7a57f89c-0fd4-45e0-9353-e98539b92fd1\n",
    "sys/class/net/eth0/operstate": "up\n",
    "sys/class/net/eth0/carrier": "1\n",
    "sys/class/net/eth0/speed": "1000\n",
}

# What its programs print, by "program words...".
ANSWERS = {**hardware.ANSWERS, **system.ANSWERS}


@dataclass(frozen=True)
class Machine:
    """The folder, and how to change what the kernel says."""

    folder: Path

    @property
    def roots(self) -> Roots:
        return Roots(*(str(self.folder / name) for name in ("proc", "sys", "log", "dev")))

    def says(self, name: str, content: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def turned(self, *turns: str, every_s: int = 3600) -> None:
        """Writes the log of logins: "up" and "down", an hour apart, the last "up" at this boot."""
        first = BOOT_AT - every_s * (len(turns) - 1)
        records = [record(turn == "up", first + every_s * number) for number, turn in enumerate(turns)]
        self.says("log/wtmp", b"".join(records))


def machine(folder: Path) -> Machine:
    """A healthy one, shut down and started as it should be."""
    built = Machine(folder)
    for name, content in FILES.items():
        built.says(name, content)
    built.turned("up", "down", "up")
    return built


def record(up: bool, at_unix_s: int) -> bytes:
    user = b"reboot" if up else b"shutdown"
    kind = BOOT_TIME if up else RUN_LEVEL
    packed = RECORD.pack(kind, 0, b"~", b"~~", user, b"6.1.0", 0, 0, 0, at_unix_s, 0)
    assert len(packed) == 384
    return packed
