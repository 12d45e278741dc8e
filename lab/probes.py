"""What a bench is asked to tell what it is made of, and how its answers are read: pure.

Nothing that changes by itself from minute to minute (load, free memory, counters) belongs here: a manifest
is compared with another machine's.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from evidence.environment import VALUE_CHARACTERS, Fact, Kind

_ENVIRONMENT = {"PATH", "SHELL", "TERM", "EDITOR", "http_proxy", "https_proxy", "no_proxy", "PYTHONPATH"}
_SYSCTLS = (
    "fs.file-max fs.inotify.max_user_watches kernel.pid_max kernel.shmmax kernel.threads-max "
    "net.core.somaxconn net.ipv4.ip_forward net.ipv4.ip_local_port_range net.ipv4.tcp_keepalive_time "
    "vm.max_map_count vm.overcommit_memory vm.swappiness"
).split()
_DMI = {
    "bios_vendor": Kind.FIRMWARE, "bios_version": Kind.FIRMWARE, "bios_date": Kind.FIRMWARE,
    "board_name": Kind.HARDWARE, "product_name": Kind.HARDWARE, "sys_vendor": Kind.HARDWARE,
}  # fmt: skip

Facts = Iterator[tuple[str, Fact]]


@dataclass(frozen=True, slots=True)
class Probe:
    """`run` is an argument vector; `covers` is how the factors it tells begin, for the gap it leaves."""

    covers: str
    run: tuple[str, ...]
    read: Callable[[str], Facts]


def _fact(factor: str, value: str, kind: Kind) -> tuple[str, Fact]:
    return factor[:255], Fact(value.strip()[:VALUE_CHARACTERS], kind)


def _uname(text: str) -> Facts:
    name, release, machine = [*text.split(), "", "", ""][:3]
    yield _fact("kernel.name", name, Kind.KERNEL)
    yield _fact("kernel.release", release, Kind.KERNEL)
    yield _fact("hardware.architecture", machine, Kind.HARDWARE)


def _os_release(text: str) -> Facts:
    for name, value in _pairs(text, "="):
        if name in ("ID", "VERSION_ID", "PRETTY_NAME"):
            yield _fact(f"os.{name.lower()}", value.strip("\"'"), Kind.PACKAGE)


def _command_line(text: str) -> Facts:
    yield _fact("kernel.command_line", text, Kind.CONFIGURATION)


def _processor(text: str) -> Facts:
    seen = dict(_pairs(text, ":"))
    yield _fact("hardware.cpu_model", seen.get("model name", seen.get("Model", "")), Kind.HARDWARE)
    yield _fact("hardware.cpu_count", str(len(re.findall(r"(?m)^processor\s*:", text))), Kind.HARDWARE)
    yield _fact("firmware.microcode", seen.get("microcode", ""), Kind.FIRMWARE)


def _memory(text: str) -> Facts:
    total = dict(_pairs(text, ":")).get("MemTotal", "0").split()[0]
    yield _fact("hardware.memory_mib", str(int(total) // 1024 if total.isdecimal() else 0), Kind.HARDWARE)


def _dmi(text: str) -> Facts:
    for path, value in _pairs(text, ":"):
        name = path.rsplit("/", 1)[-1]
        if name in _DMI:
            yield _fact(f"{_DMI[name].value}.{name}", value, _DMI[name])


def _modules(text: str) -> Facts:
    for line in text.splitlines():
        if line.strip():
            yield _fact(f"driver.{line.split()[0]}", "loaded", Kind.DRIVER)


def _module_versions(text: str) -> Facts:
    for path, value in _pairs(text, ":"):
        parts = path.split("/")
        if len(parts) >= 2:
            yield _fact(f"driver_version.{parts[-2]}", value, Kind.DRIVER)


def _packages(text: str) -> Facts:
    for name, version in _pairs(text, "\t"):
        yield _fact(f"package.{name}", version, Kind.PACKAGE)


def _services(text: str) -> Facts:
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2:
            yield _fact(f"service.{words[0].removesuffix('.service')}", words[1], Kind.SERVICE)


def _limits(text: str) -> Facts:
    for line in text.splitlines()[1:]:
        columns = re.split(r"\s{2,}", line.strip())
        if len(columns) >= 3:
            factor = columns[0].lower().replace(" ", "_")
            yield _fact(f"limit.{factor}", f"{columns[1]} / {columns[2]}", Kind.LIMIT)


def _sysctl(text: str) -> Facts:
    for name, value in _pairs(text, "="):
        yield _fact(f"sysctl.{name}", " ".join(value.split()), Kind.CONFIGURATION)


def _locale(text: str) -> Facts:
    for name, value in _pairs(text, "="):
        yield _fact(f"locale.{name}", value.strip('"'), Kind.LOCALE)


def _zone(text: str) -> Facts:
    yield _fact("locale.zone", text.strip().rpartition("zoneinfo/")[2], Kind.LOCALE)


def _environment(text: str) -> Facts:
    for name, value in _pairs(text, "="):
        if name in _ENVIRONMENT:
            yield _fact(f"environment.{name}", value, Kind.CONFIGURATION)


def _interfaces(text: str) -> Facts:
    for path, value in _pairs(text, ":"):
        parts = path.split("/")
        if len(parts) >= 2:
            yield _fact(f"network.{parts[-2]}.mtu", value, Kind.NETWORK)


def _resolvers(text: str) -> Facts:
    servers = [line.split()[1] for line in text.splitlines() if line.startswith("nameserver ")]
    yield _fact("network.nameservers", " ".join(servers), Kind.NETWORK)


def _filesystems(text: str) -> Facts:
    for line in text.splitlines()[1:]:
        columns = line.split(None, 6)
        if len(columns) == 7 and columns[0].startswith("/"):
            size = f"{columns[1]} {int(columns[2]) // 1024**2} GiB" if columns[2].isdecimal() else columns[1]
            yield _fact(f"data.filesystem.{columns[6]}", size, Kind.DATA)


def _pairs(text: str, mark: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, found, value = line.partition(mark)
        if found and name.strip():
            yield name.strip(), value.strip()


def _grep(folder: str, depth: int, name: str) -> tuple[str, ...]:
    """Each file's path and first words, without a shell to spell a pattern for."""
    return "find", "-L", folder, "-maxdepth", str(depth), "-name", name, "-exec", "grep", "-H", ".", "{}", "+"


PROBES: tuple[Probe, ...] = (
    Probe("kernel", ("uname", "-s", "-r", "-m"), _uname),
    Probe("os", ("cat", "/etc/os-release"), _os_release),
    Probe("kernel.command_line", ("cat", "/proc/cmdline"), _command_line),
    Probe("hardware", ("cat", "/proc/cpuinfo"), _processor),
    Probe("hardware.memory_mib", ("grep", "MemTotal", "/proc/meminfo"), _memory),
    Probe("firmware", ("find", "/sys/class/dmi/id/", "-maxdepth", "1", "-type", "f", "-readable",
                       "-name", "[bps][oriy]*", "-exec", "grep", "-H", ".", "{}", "+"), _dmi),
    Probe("driver", ("cat", "/proc/modules"), _modules),
    Probe("driver_version", _grep("/sys/module", 2, "version"), _module_versions),
    Probe("service", ("systemctl", "list-unit-files", "--type=service", "--no-legend", "--no-pager",
                      "--plain"), _services),
    Probe("limit", ("cat", "/proc/self/limits"), _limits),
    Probe("sysctl", ("sysctl", "-e", *_SYSCTLS), _sysctl),
    Probe("locale", ("locale",), _locale),
    Probe("locale.zone", ("readlink", "-f", "/etc/localtime"), _zone),
    Probe("environment", ("env",), _environment),
    Probe("network", _grep("/sys/class/net/", 2, "mtu"), _interfaces),
    Probe("network.nameservers", ("cat", "/etc/resolv.conf"), _resolvers),
    Probe("data", ("df", "-P", "-T", "-k"), _filesystems),
)  # fmt: skip

# The first that is there tells; none leaves a gap.
PACKAGE_PROBES: tuple[Probe, ...] = (
    Probe("package", ("dpkg-query", "-W", "-f=${Package}\t${Version}\n"), _packages),
    Probe("package", ("rpm", "-qa", "--qf", "%{NAME}\t%{VERSION}-%{RELEASE}\n"), _packages),
)
