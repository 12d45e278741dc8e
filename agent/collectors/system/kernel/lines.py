"""Which lines of the kernel's log mean something: pure, one line in, at most one event out.

Every event is counted by one line of those that it leaves, the one with the most in it. The lines are those
of the kernels 4.18 to 6.12.
"""

import re
from dataclasses import dataclass

NAME_MAX = 64


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is one of KINDS; `object` what it happened to; `unit` only for a program that was killed."""

    kind: str
    object: str
    unit: str = ""


KINDS = (
    "disk_error", "filesystem_error", "filesystem_lost",
    "hardware_fatal", "hardware_recoverable", "hardware_corrected",
    "hung_task", "lockup", "oops", "oom_kill",
)  # fmt: skip
# Most lines have none of these words and are done with after this.
_WORDS = re.compile(
    "error|reset|abort|timeout|timed out|shutting down|shut down|forced readonly|remounting|corrupt|csum"
    "|machine check|blocked for more|lockup|stall|oops|bug|oom-kill|killed process",
    re.IGNORECASE,
)
_DISK = r"(?P<object>(?:[shv]d|xvd)[a-z]+|nvme\d+n\d+|nvme\d+|mmcblk\d+|dm-\d+|md\d+|dasd[a-z]+)"
_CARD = r"(?P<object>[\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.\d): .*PCIe Bus Error: severity="
_ADAPTER = r"(?P<object>(?:mpt[23]sas|megaraid_sas|aacraid|hpsa|smartpqi)\S*?):? .*(?:reset|task abort)"
_PATTERNS: tuple[tuple[str, "re.Pattern[str]"], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("oom_kill", r"oom-kill:.*?task_memcg=(?P<unit>[^,]*),task=(?P<object>.*),pid=\d+,uid=\d+\s*\Z"),
        ("filesystem_lost", r"EXT4-fs \((?P<object>[^)]+)\): Remounting filesystem read-only"),
        ("filesystem_lost", r"Aborting journal on device (?P<object>[^.\s]+?)(?:-\d+)?\.?\Z"),
        ("filesystem_lost", r"XFS \((?P<object>[^)]+)\): .*Shutting down filesystem"),
        ("filesystem_lost", r"XFS \((?P<object>[^)]+)\): .*has been shut down"),
        ("filesystem_lost", r"BTRFS.*\(device (?P<object>[^):]+)[^)]*\).*forced readonly"),
        ("filesystem_lost", r"F2FS-fs \((?P<object>[^)]+)\): .*[Rr]emounting filesystem read-only"),
        ("filesystem_error", r"EXT4-fs error \(device (?P<object>[^)]+)\)"),
        ("filesystem_error", r"XFS \((?P<object>[^)]+)\): [Mm]etadata (?:corruption|I/O error|CRC error)"),
        ("filesystem_error", r"BTRFS error \(device (?P<object>[^):]+)"),
        ("filesystem_error", r"BTRFS warning \(device (?P<object>[^):]+)[^)]*\): csum failed"),
        ("filesystem_error", r"(?:FAT-fs|exFAT-fs) \((?P<object>[^)]+)\): error"),
        ("filesystem_error", r"ntfs3(?:: |\()(?P<object>[a-z][\w-]*)\)?: .*(?:corrupt|failed|error)"),
        ("disk_error", rf"(?:I/O|critical medium|critical target|medium|protection) error, dev {_DISK}\b"),
        ("disk_error", r"\b(?P<object>ata\d+)(?:\.\d+)?: hard resetting link"),
        ("disk_error", r"nvme (?P<object>nvme\d+): .*(?:reset controller|controller is down|Disabling)"),
        ("disk_error", r"nvme (?P<object>nvme\d+): I/O .*timeout, (?:aborting|reset|completion)"),
        ("disk_error", _ADAPTER),
        ("hardware_fatal", r"\[Hardware Error\]: event severity: (?P<object>fatal)"),
        ("hardware_recoverable", r"\[Hardware Error\]: event severity: (?P<object>recoverable)"),
        ("hardware_corrected", r"\[Hardware Error\]: event severity: (?P<object>corrected)"),
        ("hardware_fatal", _CARD + r"Uncorrect(?:ed|able) \(Fatal\)"),
        ("hardware_recoverable", _CARD + r"Uncorrect(?:ed|able) \(Non-Fatal\)"),
        ("hardware_corrected", _CARD + "Correct(?:ed|able)"),
        ("hung_task", r"INFO: task (?P<object>.*):\d+ (?:<writer> )?blocked for more than \d+ seconds"),
        ("lockup", r"soft lockup - (?P<object>CPU#\d+) stuck"),
        ("lockup", r"[Hh]ard LOCKUP on (?P<object>cpu ?\d+)"),
        ("lockup", r"rcu: INFO: (?P<object>\w+) (?:self-)?detected (?:expedited )?stall"),
        ("oops", r"\b(?P<object>Oops): [\da-f]{4}"),
        ("oops", r"(?P<object>kernel BUG) at "),
    )
)  # fmt: skip
# Kernels before 5.0 leave only this line; newer ones leave it beside the one above.
_KILLED = re.compile(r"Killed process (?P<pid>\d+)[, ]+\(?(?P<object>[^)]*)\)")
_KILLED_BEFORE = re.compile(r",pid=(\d+),uid=\d+\s*\Z")
_MACHINE_CHECK = re.compile(
    r"\[Hardware Error\]: (?P<object>CPU \d+): Machine Check.*?Bank \d+: (?P<state>[\da-f]{16})"
)
_UNCORRECTED, _CONTEXT_CORRUPT = 1 << 61, 1 << 57


class Reader:
    """Lines in their order; remembers only which process was told about last."""

    def __init__(self) -> None:
        self._killed = ""

    def event(self, line: str) -> Event | None:
        """What the line means; nothing for most."""
        if not _WORDS.search(line):
            return None
        if killed := _KILLED.search(line):
            known, self._killed = self._killed, ""
            return None if killed["pid"] == known else Event("oom_kill", _name(killed["object"]))
        if checked := _MACHINE_CHECK.search(line):
            return Event(_machine_check(int(checked["state"], 16)), checked["object"])
        for kind, pattern in _PATTERNS:
            if match := pattern.search(line):
                if kind == "oom_kill":
                    self._killed = told[1] if (told := _KILLED_BEFORE.search(line)) else ""
                    return Event(kind, _name(match["object"]), unit_of(match["unit"]))
                return Event(kind, _name(match["object"]))
        return None


def unit_of(cgroup: str) -> str:
    """The service in a control group's path; empty when there is none."""
    return next((part for part in reversed(cgroup.split("/")) if part.endswith(".service")), "")


def _machine_check(state: int) -> str:
    """Intel SDM 15.3.2.2 and AMD APM 9.3.2: bit 61 uncorrected, bit 57 processor context corrupt."""
    if not state & _UNCORRECTED:
        return "hardware_corrected"
    return "hardware_fatal" if state & _CONTEXT_CORRUPT else "hardware_recoverable"


def _name(name: str) -> str:
    return name.strip()[:NAME_MAX]
