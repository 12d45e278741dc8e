"""The profile `basic`: what an engineer looks at first, whatever is wrong."""

import os
import platform
from contextlib import suppress
from pathlib import Path

import psutil

from agent.diagnostics import disk_use, listening_ports, top_processes
from agent.diagnostics.item import KIB, Taken, table
from agent.diagnostics.pull.piece import Piece, command, file, first_of

DMI = Path("/sys/class/dmi/id")
_DMI_NAMES = ("sys_vendor", "product_name", "product_serial", "board_name", "bios_version", "bios_date")


def system_facts() -> Taken:
    """Names, versions and sizes, one a line."""
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    facts = [
        ("host", platform.node()),
        ("kernel", f"{platform.system()} {platform.release()} {platform.version()}"),
        ("architecture", platform.machine()),
        ("processors", str(os.cpu_count() or "unknown")),
        ("memory_bytes", str(memory.total)),
        ("memory_available_bytes", str(memory.available)),
        ("swap_bytes", str(swap.total)),
        ("swap_used_bytes", str(swap.used)),
        ("load_1_5_15_min", " ".join(f"{one:.2f}" for one in os.getloadavg())),
    ]
    with suppress(OSError):
        release = platform.freedesktop_os_release()
        facts.insert(1, ("system", release.get("PRETTY_NAME", release.get("NAME", ""))))
    for name in _DMI_NAMES:
        with suppress(OSError):
            facts.append((name, (DMI / name).read_text(errors="replace").strip()))
    return Taken("uname, /etc/os-release, /sys/class/dmi/id", table(("FACT", "VALUE"), facts))


def every_process() -> Taken:
    """Whole command lines: the redactor sees them next."""
    rows = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError), process.oneshot():
            command_line = " ".join(process.cmdline()) or f"[{process.name()}]"
            rows.append(
                (
                    str(process.pid),
                    str(process.ppid()),
                    process.username(),
                    process.status(),
                    f"{process.memory_info().rss / 2**20:.1f}",
                    f"{sum(process.cpu_times()[:2]):.1f}",
                    command_line[: top_processes.COMMAND_MAX].replace("\n", " "),
                )
            )
    heading = ("PID", "PARENT", "USER", "STATE", "MIB", "CPU_S", "COMMAND")
    return Taken("/proc/[0-9]*/{stat,statm,cmdline}", table(heading, rows))


_UNITS = ("systemctl", "list-units", "--all", "--plain", "--no-pager")
_BLOCK_COLUMNS = "NAME,TYPE,SIZE,FSTYPE,MOUNTPOINTS,MODEL,SERIAL,STATE,RO"
# The version first: "passwd 1:4.13" would look like a password.
_PACKAGE = "${db:Status-Abbrev} ${Version} ${Package}\\n"

PIECES: tuple[Piece, ...] = (
    Piece("system/facts.txt", system_facts),
    file("system/os-release.txt", "/etc/os-release"),
    command("system/virtualisation.txt", "systemd-detect-virt"),
    file("system/memory.txt", "/proc/meminfo"),
    file("system/kernel-arguments.txt", "/proc/cmdline"),
    command("boot/uptime.txt", "uptime"),
    command("boot/boots.txt", "journalctl", "--list-boots", "--no-pager"),
    command("boot/restarts.txt", "last", "-x", "-n", "40", "reboot", "shutdown", "runlevel"),
    Piece("processes/busiest.txt", top_processes.take),
    Piece("processes/all.txt", every_process, 512 * KIB),
    command("services/failed.txt", *_UNITS, "--failed"),
    command("services/all.txt", *_UNITS, "--type=service"),
    command("services/timers.txt", "systemctl", "list-timers", "--all", "--plain", "--no-pager"),
    command(
        "logs/errors-last-hour.txt", "journalctl", "--since=-1h", "--priority=err", "--lines=5000",
        "--no-pager", "--output=short-iso", cap_bytes=1024 * KIB,
    ),
    first_of(
        "logs/kernel.txt", ("dmesg", "--time-format=iso", "--nopager"),
        ("journalctl", "--dmesg", "--lines=5000", "--no-pager", "--output=short-iso"), cap_bytes=512 * KIB,
    ),
    Piece("storage/filesystems.txt", disk_use.take),
    command("storage/block-devices.txt", "lsblk", "-o", _BLOCK_COLUMNS),
    file("storage/mounts.txt", "/proc/self/mounts"),
    file("storage/fstab.txt", "/etc/fstab"),
    file("storage/raid.txt", "/proc/mdstat"),
    command("network/addresses.txt", "ip", "-brief", "address"),
    command("network/links.txt", "ip", "-statistics", "link"),
    command("network/routes.txt", "ip", "route", "show", "table", "main"),
    command("network/routes-6.txt", "ip", "-6", "route", "show", "table", "main"),
    file("network/resolver.txt", "/etc/resolv.conf"),
    file("network/hosts.txt", "/etc/hosts"),
    Piece("network/listening-ports.txt", listening_ports.take),
    first_of(
        "packages/installed.txt", ("dpkg-query", "--show", f"--showformat={_PACKAGE}"),
        ("rpm", "--query", "--all"), cap_bytes=512 * KIB,
    ),
    first_of("time/synchronisation.txt", ("chronyc", "-n", "tracking"), ("timedatectl", "show")),
)  # fmt: skip
