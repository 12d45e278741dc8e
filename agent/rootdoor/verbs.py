"""The list of what may be asked of root: each a program with its words, or a file by its name.

A request names a verb and gives values for its slots; every value is held against its slot's own grammar, and
nothing else becomes a word. What is not in `VERBS` and `FILES` cannot be asked for.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.programs import Tool

SOCKET = "/run/vigia-agent/root.sock"
SYS = "/sys"
VALUE_MAX = 64


@dataclass(frozen=True, slots=True)
class Slot:
    """A word that is given: it matches `pattern` whole, and `exists` says that this machine has it."""

    pattern: "re.Pattern[str]"
    exists: Callable[[str], bool] = lambda _: True

    def takes(self, value: str) -> bool:
        return len(value) <= VALUE_MAX and self.pattern.fullmatch(value) is not None and self.exists(value)


@dataclass(frozen=True, slots=True)
class Verb:
    """A program by its names in fixed places, its words in order, and its limits."""

    name: str
    tool: Tool
    words: tuple[str | Slot, ...]

    def values(self, words: Sequence[str]) -> tuple[str, ...] | None:
        """What these words give for the slots; None when they are not this verb's."""
        if len(words) != len(self.words):
            return None
        given = []
        for word, own in zip(words, self.words, strict=True):
            if isinstance(own, Slot):
                given.append(word)
            elif own != word:
                return None
        return tuple(given)

    def filled(self, values: Sequence[str]) -> list[str] | None:
        """The words with the values in their slots; None when one is not what its slot takes."""
        slots = [word for word in self.words if isinstance(word, Slot)]
        if len(values) != len(slots) or not all(
            slot.takes(value) for slot, value in zip(slots, values, strict=True)
        ):
            return None
        left = iter(values)
        return [next(left) if isinstance(word, Slot) else word for word in self.words]


def _is_disk(value: str) -> bool:
    """Whether the kernel has it: a block device, the controller of NVMe ones, a generic one, a SCSI host."""
    name = value.removeprefix("/dev/")
    if name.startswith("bus/"):
        return f"host{name[4:]}" in _listed("class/scsi_host")
    return (
        name in _listed("block")
        or name in _listed("class/scsi_generic")
        or any(re.fullmatch(f"{name}n\\d+", one) for one in _listed("block"))
    )


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(f"{SYS}/{folder}")
    except OSError:
        return []


DISK = Slot(re.compile(r"/dev/(?:[a-z]{2,5}|nvme[0-9]{1,3}|sg[0-9]{1,3}|bus/[0-9]{1,2})"), _is_disk)
# As smartctl names how a disk is reached: "sat", "sat+megaraid,3", "3ware,0", "areca,1/2", "usbjmicron,0".
KIND = Slot(re.compile(r"[a-z0-9]{2,16}(?:\+[a-z0-9]{2,16})?(?:,[0-9a-fx]{1,6}){0,2}(?:/[0-9]{1,3})?"))

_SMARTCTL = Tool(("smartctl",), timeout_s=45.0, limit_bytes=512 * 1024)
_IPMITOOL = Tool(("ipmitool",), timeout_s=60.0)
_ZPOOL = Tool(("zpool",), timeout_s=20.0)
_STORCLI = Tool(
    (
        "storcli64", "storcli", "/opt/MegaRAID/storcli/storcli64",
        "perccli64", "perccli", "/opt/MegaRAID/perccli/perccli64",
    ),
    timeout_s=60.0,
)  # fmt: skip
_SSACLI = Tool(("ssacli", "hpssacli", "hpacucli"), timeout_s=60.0)
_APT = Tool(("apt-get",), timeout_s=60.0, limit_bytes=4 * 1024 * 1024)
_DNF = Tool(("dnf", "yum"), timeout_s=90.0, limit_bytes=4 * 1024 * 1024)

VERBS: tuple[Verb, ...] = (
    Verb("smart.scan", _SMARTCTL, ("--scan-open", "-j")),
    Verb("smart.solid", _SMARTCTL, ("-j", "-i", "-H", "-A", "-d", KIND, "-l", "ssd", DISK)),
    Verb("smart.turning", _SMARTCTL, ("-j", "-i", "-H", "-A", "-d", KIND, "-n", "standby,3", DISK)),
    Verb("ipmi.sensors", _IPMITOOL, ("sdr", "elist")),
    Verb("ipmi.chassis", _IPMITOOL, ("chassis", "status")),
    Verb("ipmi.events", _IPMITOOL, ("sel", "elist", "last", "64")),
    Verb("zfs.status", _ZPOOL, ("status", "-p")),
    Verb("zfs.members", _ZPOOL, ("status", "-LP")),
    Verb("lvm.status", Tool(("dmsetup",)), ("status",)),
    Verb("storcli.all", _STORCLI, ("/call", "show", "nolog", "J")),
    Verb("ssacli.config", _SSACLI, ("controller", "all", "show", "config")),
    Verb("ssacli.status", _SSACLI, ("controller", "all", "show", "status")),
    # Not for root's rights: they take more memory than the agent may, and the door has a limit of its own.
    Verb(
        "apt.pending",
        _APT,
        (
            "--simulate",
            "-o",
            "Debug::NoLocking=true",
            "-o",
            "APT::Get::Show-User-Simulation-Note=false",
            "dist-upgrade",
        ),
    ),
    Verb("dnf.pending", _DNF, ("--cacheonly", "--quiet", "updateinfo", "list", "--updates")),
    Verb("dnf.restart", Tool(("needs-restarting",), timeout_s=60.0, limit_bytes=64 * 1024), ("-r",)),
)

# Opened here and handed over as a descriptor that can only be read: costs nothing while it is read.
FILES: dict[str, str] = {
    "file.kernel_log": "/dev/kmsg",
    "file.bad_logins": "/var/log/btmp",
    "file.serial": "/sys/class/dmi/id/product_serial",
    "file.board_serial": "/sys/class/dmi/id/board_serial",
    "file.firmware": "/sys/firmware/dmi/tables/DMI",
}

# Certificates, of which only what is public goes out: those of certbot by their paths, and one by its path.
CERTBOTS, CERTIFICATE = "certificates.certbot", "certificate.public"
# Who serves which port: of another user's process only root sees it.
LISTENERS = "ports.listeners"


def verb_for(tool: Tool, words: Sequence[str]) -> tuple[Verb, tuple[str, ...]] | None:
    """The verb that asks this, and the values for its slots; None: nobody asks that of root."""
    for verb in VERBS:
        values = verb.values(words) if verb.tool.names[0] == tool.names[0] else None
        if values is not None:
            return verb, values
    return None
