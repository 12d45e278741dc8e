"""The kernel's log: which lines mean something, how often in the last minutes, and who was killed."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from agent.collectors.procfs import Unreadable
from agent.collectors.system.kernel.lines import Reader
from agent.collectors.system.kernel.log import KernelLog
from agent.collectors.system.kernel.source import First, Journal, Kmsg, Message, parse
from agent.names import KERNEL_EVENT, KERNEL_OBJECT
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.machine import machine

# ruff: noqa: E501 - the kernel's lines are as long as they are

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OOM = "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/postgresql.service,task=postgres,pid=4242,uid=109"
KILLED = "Out of memory: Killed process 4242 (postgres) total-vm:9kB, anon-rss:9kB, file-rss:0kB, shmem-rss:0kB, UID:109"


@pytest.mark.parametrize(
    ("line", "kind", "what"),
    [
        ("blk_update_request: I/O error, dev sda, sector 1 op 0x0:(READ) flags 0x0", "disk_error", "sda"),
        ("I/O error, dev nvme0n1, sector 0 op 0x1:(WRITE) flags 0x0", "disk_error", "nvme0n1"),
        ("critical medium error, dev sdb, sector 4000 op 0x0:(READ)", "disk_error", "sdb"),
        ("ata3: hard resetting link", "disk_error", "ata3"),
        ("nvme nvme0: I/O 12 QID 3 timeout, aborting", "disk_error", "nvme0"),
        ("mpt3sas_cm0: sending diag reset request timed out", "disk_error", "mpt3sas_cm0"),
        ("EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2", "filesystem_error", "sda1"),
        ("XFS (sdb1): Metadata corruption detected at xfs_agf_read_verify", "filesystem_error", "sdb1"),
        ("XFS (sdb1): metadata I/O error in \"xfs_trans\" at daddr 0x1", "filesystem_error", "sdb1"),
        ("BTRFS error (device sdc: state EA): bdev /dev/sdc errs: wr 1", "filesystem_error", "sdc"),
        ("EXT4-fs (sda1): Remounting filesystem read-only", "filesystem_lost", "sda1"),
        ("Aborting journal on device sda1-8.", "filesystem_lost", "sda1"),
        ("Aborting journal on device dm-0-8.", "filesystem_lost", "dm-0"),
        ("XFS (sdb1): Corruption of in-memory data detected.  Shutting down filesystem.", "filesystem_lost", "sdb1"),
        ("BTRFS info (device sdc: state E): forced readonly", "filesystem_lost", "sdc"),
        ("{1}[Hardware Error]: event severity: recoverable", "hardware_recoverable", "recoverable"),
        ("pcieport 0000:00:1c.0: PCIe Bus Error: severity=Corrected, type=Physical Layer", "hardware_corrected", "0000:00:1c.0"),
        ("pcieport 0000:00:1c.0: PCIe Bus Error: severity=Uncorrectable (Fatal), type=x", "hardware_fatal", "0000:00:1c.0"),
        ("mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 5: bc00000000000108", "hardware_recoverable", "CPU 0"),
        ("mce: [Hardware Error]: CPU 1: Machine Check Exception: 5 Bank 5: be00000000800400", "hardware_fatal", "CPU 1"),
        ("INFO: task kworker/u8:1:77 blocked for more than 120 seconds.", "hung_task", "kworker/u8:1"),
        ("watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [qemu:17]", "lockup", "CPU#1"),
        ("NMI watchdog: Watchdog detected hard LOCKUP on cpu 3", "lockup", "cpu 3"),
        ("rcu: INFO: rcu_sched self-detected stall on CPU", "lockup", "rcu_sched"),
        ("Oops: 0002 [#1] SMP PTI", "oops", "Oops"),
        ("Out of memory: Killed process 77 (java) total-vm:1kB", "oom_kill", "java"),
    ],
)  # fmt: skip
def test_a_line_that_means_something(line: str, kind: str, what: str) -> None:
    event = Reader().event(line)
    assert event is not None
    assert (event.kind, event.object) == (kind, what)


@pytest.mark.parametrize(
    "line",
    [
        "EXT4-fs (sda1): re-mounted 1b4e28ba-2fa1-11d2-883f-0016d3cca427 ro. Quota mode: none.",
        "Buffer I/O error on dev sda1, logical block 0, async page read",
        "I/O error, dev sr0, sector 0 op 0x0:(READ) flags 0x0",
        "I/O error, dev fd0, sector 0 op 0x0:(READ) flags 0x0",
        "usb 1-1: reset high-speed USB device number 2 using xhci_hcd",
        "ACPI BIOS Error (bug): Could not resolve symbol [_SB.PCI0], AE_NOT_FOUND",
        "systemd[1]: Failed to start something: I/O error",
    ],
)
def test_a_line_that_does_not(line: str) -> None:
    assert Reader().event(line) is None


def test_who_was_killed_is_named_once_with_its_service() -> None:
    """Newer kernels write two lines about one death."""
    reader = Reader()
    events = [event for line in (OOM, KILLED, KILLED.replace("4242", "5")) if (event := reader.event(line))]
    assert [(event.object, event.unit) for event in events] == [
        ("postgres", "postgresql.service"),
        ("postgres", ""),
    ]


def test_only_the_kernel_can_say_that_a_disk_fails() -> None:
    """A program may write into the same log; its facility gives it away."""
    record = b"%d,77,5000000,-;I/O error, dev sda, sector 1\n SUBSYSTEM=block\n"
    assert parse(record % 3) == Message(5.0, "I/O error, dev sda, sector 1")
    assert parse(record % (3 << 3 | 3)) is None
    assert parse(b"nonsense") is None


@pytest.mark.skipif(not os.access("/dev/kmsg", os.R_OK), reason="the kernel's log is not ours to read here")
def test_the_ring_is_read_whole_and_then_only_what_is_new() -> None:
    log = Kmsg()
    first = log.new()
    assert first and all(earlier.at_s <= later.at_s for earlier, later in pairwise(first))
    assert len(log.new()) <= len(first)


class Growing:
    """A log to which a test adds lines."""

    def __init__(self) -> None:
        self.lines: list[Message] = []
        self.broken = False

    def new(self) -> Sequence[Message]:
        if self.broken:
            raise Unreadable("/dev/kmsg: Permission denied")
        lines, self.lines = self.lines, []
        return lines


def test_events_count_for_ten_minutes_and_for_a_day(tmp_path: Path) -> None:
    log, now_s = Growing(), [10_000.0]
    kernel = KernelLog(machine(tmp_path).roots, monotonic=lambda: now_s[0], source=log)
    log.lines = [Message(at, "I/O error, dev sda, sector 1") for at in (9000.0, 9900.0, 9990.0)]
    of = {KERNEL_EVENT: "disk_error", KERNEL_OBJECT: "sda"}
    reading = kernel.read(NOON)
    assert reading.value("vigia.kernel.events_10m", **of) == 2
    assert reading.value("vigia.kernel.events_24h", **of) == 3
    assert reading.value("vigia.kernel.event_age", **of) == 10
    now_s[0] += 86_400
    assert kernel.read(NOON).value("vigia.kernel.events_24h", **of) is None


def test_a_log_that_may_not_be_read_is_a_gap_and_kills_are_still_counted(tmp_path: Path) -> None:
    log = Growing()
    log.broken = True
    reading = KernelLog(machine(tmp_path).roots, source=log).read(NOON)
    assert "Permission denied" in reading.gaps[0].reason
    assert reading.value("vigia.memory.oom_kills") == 2
    assert reading.value("vigia.kernel.messages") is None


def test_the_journal_is_asked_where_the_ring_is_not_ours_and_goes_on_from_its_cursor(tmp_path: Path) -> None:
    now_s, answers = (
        [0.0],
        Answers({"journalctl": "[    5.5] shop kernel: ata1: hard resetting link\n-- cursor: s=1;i=2\n"}),
    )
    source = First((Kmsg(str(tmp_path / "none")), Journal(lambda: now_s[0], answers)))
    assert source.new() == [Message(5.5, "ata1: hard resetting link")]
    assert source.new() == ()
    now_s[0] = 60.0
    source.new()
    assert answers.asked[0].endswith("--since=-24h")
    assert answers.asked[1].endswith("--after-cursor=s=1;i=2")
