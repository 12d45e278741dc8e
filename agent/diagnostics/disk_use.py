"""How full every filesystem is, in bytes and inodes."""

import os

from agent.collectors.mounts import filesystems
from agent.collectors.procfs import MACHINE, text
from agent.diagnostics.item import KIB, Recipe, Taken, table
from agent.diagnostics.request import Request


def take(_: Request | None = None) -> Taken:
    rows = []
    for mount in filesystems(text(f"{MACHINE.proc}/self/mountinfo")):
        where = (mount.mountpoint, mount.device, mount.kind, "ro" if mount.readonly else "rw")
        try:
            stat = os.statvfs(mount.mountpoint)
        except OSError as error:
            rows.append(("-", "-", "-", "-", "-", *where[1:], f"{where[0]}: {error.strerror}"))
            continue
        used, free = (stat.f_blocks - stat.f_bfree) * stat.f_frsize, stat.f_bavail * stat.f_frsize
        inodes = f"{100 * (1 - stat.f_favail / stat.f_files):.1f}" if stat.f_files else "-"
        share = f"{100 * used / (used + free):.1f}" if used + free else "-"
        figures = (_mib(stat.f_blocks * stat.f_frsize), _mib(used), _mib(free), share, inodes)
        rows.append((*figures, *where[1:], where[0]))
    heading = ("SIZE_MIB", "USED_MIB", "FREE_MIB", "USED%", "INODES%", "DEVICE", "TYPE", "MODE", "MOUNTED ON")
    return Taken("statvfs of /proc/self/mountinfo", table(heading, rows))


def _mib(count: int) -> str:
    return str(count // 2**20)


RECIPE = Recipe("disk-use.txt", 32 * KIB, take)
