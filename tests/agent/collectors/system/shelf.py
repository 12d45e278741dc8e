"""The rest of a machine that is well: its services, clock, updates, cables. Recorded on Debian 12 where this
machine has it, else made after the manual pages: chronyc(1), systemctl(1)."""

# ruff: noqa: E501 - programs print lines as long as they are

from agent.collectors.system.protection import UNITS
from agent.processes import ProgramMissing

_STAT = "77 (vigia-agent) S 1 77 77 0 -1 4194560 9000 0 12 0 150 40 10 5 20 0 6 0 5000 400000000 11000 18446744073709551615 1 1 0 0 0 0 0 16781312 1 0 0 0 17 1 0 0\n"
FILES = {
    "proc/self/stat": _STAT,
    "proc/self/statm": "97656 11000 4000 900 0 30000 0\n",
    "proc/self/cgroup": "0::/system.slice/vigia-agent.service\n",
    "sys/fs/cgroup/system.slice/vigia-agent.service/memory.max": "268435456\n",
    "proc/sys/fs/file-nr": "1305\t0\t2466170\n",
    "proc/sys/kernel/threads-max": "63000\n",
    "proc/sys/kernel/pid_max": "32768\n",
    "proc/sys/net/netfilter/nf_conntrack_count": "120\n",
    "proc/sys/net/netfilter/nf_conntrack_max": "262144\n",
    "proc/net/arp": "IP address       HW type     Flags       HW address            Mask     Device\n192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0\n",
    "etc/resolv.conf": "# made by a person\nnameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch example.com\n",
    "log/btmp": "",
    "run/systemd/system/booted": "",
    "sys/class/net/eth0/duplex": "full\n",
}


def unit(name: str, load: str = "not-found", active: str = "inactive", file: str = "") -> str:
    return f"Id={name}.service\nLoadState={load}\nActiveState={active}\nUnitFileState={file}\n"


PROTECTED = "\n".join(
    unit(name, "loaded", "active", "enabled") if name in ("ufw", "fail2ban") else unit(name) for name in UNITS
)
APT = """\
Reading package lists...
Building dependency tree...
Reading state information...
Calculating upgrade...
The following packages will be upgraded:
  base-files tzdata
2 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
Inst base-files [12.4+deb12u11] (12.4+deb12u12 Debian:12.12/oldstable [amd64])
Inst tzdata [2025a-0+deb12u1] (2025b-0+deb12u1 Debian:12.12/oldstable [all])
Conf base-files (12.4+deb12u12 Debian:12.12/oldstable [amd64])
Conf tzdata (2025b-0+deb12u1 Debian:12.12/oldstable [all])
"""
TRACKING = "C0000201,192.0.2.1,2,1772452800.123456789,0.000012345,-0.000004321,0.000031000,-12.345,0.001,0.020,0.001200000,0.000400000,64.5,Normal\n"
JOURNAL = """\
[    0.000000] shop kernel: Linux version 6.1.0-40-amd64 (debian-kernel@lists.debian.org)
[    2.100000] shop kernel: EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.
-- cursor: s=1;i=2;b=3;m=4;t=5;x=6
"""
ANSWERS = {
    "systemctl list-units": "",
    "systemctl show --no-pager --property=Id,NRestarts": "Id=cron.service\nNRestarts=0\n\nId=ssh.service\nNRestarts=0\n",
    "systemctl show --no-pager --property=Id,LoadState,ActiveState,UnitFileState": PROTECTED,
    "chronyc": TRACKING,
    "apt-get": APT,
    "journalctl": JOURNAL,
}


class QuietNetwork:
    """Everybody answers at once, and nothing leaves this machine."""

    def nudge(self, address: str) -> None:
        return

    def connects(self, host: str, port: int, timeout_s: float) -> bool:
        return True

    def resolves(self, server: str, port: int, name: str, timeout_s: float, number: int) -> bool:
        return True


def no_child() -> object:
    """No process is started for the kernel's word."""
    raise ProgramMissing("python", "not in a test")
