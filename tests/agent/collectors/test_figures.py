"""The figures themselves: from recorded kernel files to metrics, by hand."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import names
from agent.collectors.cpu import Cpu
from agent.collectors.disks import Disks
from agent.collectors.filesystems import Filesystems
from agent.collectors.memory import Memory
from agent.collectors.mounts import filesystems
from agent.collectors.network import Network
from agent.collectors.uptime import Uptime, boot
from tests.agent.collectors.machine import BOOT_AT, FILES, machine

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(seconds=10)
NO_JOURNAL = ("no-such-journalctl",)


def test_busy_is_what_was_neither_idle_nor_waiting(tmp_path: Path) -> None:
    """100 ticks later: 30 of user, 10 of system, 40 idle, 20 waiting for a disk."""
    here = machine(tmp_path)
    cpu = Cpu(here.roots)
    assert cpu.read(NOON).value("vigia.cpu.busy") is None
    here.says("proc/stat", "cpu  1030 0 510 8040 320 10 20 0 0 0\ncpu0 1 1 1 1 1 1 1 1\n")
    reading = cpu.read(LATER)
    assert reading.value("vigia.cpu.busy") == pytest.approx(0.40)
    assert reading.value("system.cpu.utilization", **{names.CPU_MODE: "iowait"}) == pytest.approx(0.20)


def test_memory_and_swap_are_bytes_and_ratios(tmp_path: Path) -> None:
    here = machine(tmp_path)
    memory = Memory(here.roots)
    reading = memory.read(NOON)
    assert reading.value("system.memory.limit") == 16_000_000 * 1024
    assert reading.value("vigia.memory.available") == 0.5
    assert reading.value("system.paging.utilization", **{names.PAGING_STATE: "used"}) == 0.25
    here.says("proc/vmstat", "pgmajfault 1813\noom_kill 2\n")
    assert memory.read(LATER).value("vigia.paging.major_fault_rate") == 10


def test_each_filesystem_that_can_fill_is_counted_once() -> None:
    """The root, but no bind mount of it, no container's layer, no image, no network share, no tmpfs."""
    assert [mount.mountpoint for mount in filesystems(FILES["proc/self/mountinfo"])] == ["/"]


def test_a_mountpoint_with_a_space_and_a_volume_mounted_over_another() -> None:
    text = (
        "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "28 27 8:2 / /mnt/my\\040disk rw - xfs /dev/sdb1 rw\n"
        "29 27 8:3 / /mnt/my\\040disk ro - xfs /dev/sdc1 ro\n"
    )
    assert [(mount.mountpoint, mount.device, mount.readonly) for mount in filesystems(text)] == [
        ("/", "/dev/sda1", False),
        ("/mnt/my disk", "/dev/sdc1", True),
    ]


def test_subvolumes_of_one_device_are_one_filesystem() -> None:
    root = "27 1 0:30 /@ / rw - btrfs /dev/sda2 rw,subvol=/@"
    home = "28 27 0:31 /@home /home rw - btrfs /dev/sda2 rw,subvol=/@home"
    assert [mount.mountpoint for mount in filesystems(f"{root}\n{home}\n")] == ["/"]


def test_a_filesystem_that_turns_readonly_is_told_from_one_that_always_was(tmp_path: Path) -> None:
    here = machine(tmp_path)
    collector = Filesystems(here.roots)
    assert collector.read(NOON).value("vigia.filesystem.became_readonly") == 0
    here.says("proc/self/mountinfo", "27 1 254:1 / / ro - ext4 /dev/vda1 ro\n")
    reading = collector.read(LATER)
    assert (
        reading.value("vigia.filesystem.readonly") == reading.value("vigia.filesystem.became_readonly") == 1
    )
    fresh = Filesystems(here.roots).read(LATER)
    assert fresh.value("vigia.filesystem.became_readonly") == 0


def test_a_service_that_may_write_nowhere_takes_no_filesystem_for_readonly(tmp_path: Path) -> None:
    """systemd's ProtectSystem mounts everything anew as "ro" for us alone; the filesystem itself is "rw"."""
    here = machine(tmp_path)
    here.says("proc/self/mountinfo", "97 65 254:1 / / ro,relatime - ext4 /dev/vda1 rw\n")
    assert Filesystems(here.roots).read(NOON).value("vigia.filesystem.readonly") == 0


def test_room_is_what_df_shows(tmp_path: Path) -> None:
    """Blocks kept for root count neither as free nor as used."""
    stat = os.statvfs_result((4096, 4096, 1000, 300, 200, 5000, 1000, 900, 0, 255))
    reading = Filesystems(machine(tmp_path).roots, lambda _: stat).read(NOON)
    assert reading.value("system.filesystem.usage", **{names.FILESYSTEM_STATE: "free"}) == 200 * 4096
    assert reading.value("system.filesystem.utilization") == pytest.approx(700 / 900)
    assert reading.value("vigia.filesystem.inodes_free") == 900


def test_one_filesystem_that_fails_does_not_hide_the_others(tmp_path: Path) -> None:
    here = machine(tmp_path)
    here.says(
        "proc/self/mountinfo",
        "27 1 254:1 / / rw - ext4 /dev/vda1 rw\n28 27 8:1 / /no/such/place rw - ext4 /dev/sdb rw\n",
    )
    reading = Filesystems(here.roots).read(NOON)
    assert reading.value("system.filesystem.limit", **{names.MOUNTPOINT: "/"})
    assert len(reading.gaps) == 1 and "/no/such/place" in reading.gaps[0].reason


def disk_line(reads: int, read_ms: int, in_flight: int, weighted_ms: int) -> str:
    return (
        f" 254 0 vda {reads} 5 80000 {read_ms} 500 7 40000 3000 {in_flight} 4000 {weighted_ms} 0 0 0 0 0 0\n"
    )


def test_latency_is_the_mean_wait_of_what_was_done_since_the_last_look(tmp_path: Path) -> None:
    """10 reads that waited 500 ms together; then an idle disk; then one that answers nothing for 10 s."""
    here = machine(tmp_path)
    disks = Disks(here.roots)
    assert disks.read(NOON).value("vigia.disk.latency") is None
    here.says("proc/diskstats", disk_line(1010, 2500, 0, 5500))
    assert disks.read(NOON + timedelta(seconds=10)).value("vigia.disk.latency") == pytest.approx(0.05)
    assert disks.read(NOON + timedelta(seconds=20)).value("vigia.disk.latency") == 0
    here.says("proc/diskstats", disk_line(1010, 2500, 2, 25500))
    assert disks.read(NOON + timedelta(seconds=30)).value("vigia.disk.latency") == pytest.approx(10)


def test_partitions_loops_and_layers_are_not_counted_again(tmp_path: Path) -> None:
    reading = Disks(machine(tmp_path).roots).read(NOON)
    assert {metric.attributes[names.DEVICE] for metric in reading.metrics} == {"vda"}


def test_the_network_names_its_way_out_and_its_speed(tmp_path: Path) -> None:
    here = machine(tmp_path)
    network = Network(here.roots)
    reading = network.read(NOON)
    assert {metric.attributes[names.INTERFACE] for metric in reading.metrics} == {"eth0"}
    assert reading.value("vigia.network.default_route") == reading.value("vigia.network.up") == 1
    assert reading.value("vigia.network.speed") == 1e9
    assert reading.value("system.network.errors", **{names.DIRECTION_NETWORK: "receive"}) == 3
    here.says("proc/net/dev", FILES["proc/net/dev"].replace("507094703", "507104703"))
    here.says("sys/class/net/eth0/operstate", "down\n")
    later = network.read(LATER)
    assert later.value("vigia.network.io_rate", **{names.DIRECTION_NETWORK: "receive"}) == 1000
    assert later.value("vigia.network.up") == 0


def test_counters_that_were_reset_give_no_rate(tmp_path: Path) -> None:
    here = machine(tmp_path)
    network = Network(here.roots)
    network.read(NOON)
    here.says("proc/net/dev", FILES["proc/net/dev"].replace("507094703", "5"))
    assert network.read(LATER).value("vigia.network.io_rate", **{names.DIRECTION_NETWORK: "receive"}) is None


def test_a_clock_set_back_gives_no_rate(tmp_path: Path) -> None:
    network = Network(machine(tmp_path).roots)
    network.read(NOON)
    assert network.read(NOON - timedelta(hours=1)).value("vigia.network.io_rate") is None


def test_the_boot_is_told_by_the_kernel(tmp_path: Path) -> None:
    told = boot(machine(tmp_path).roots)
    assert told.boot_id == "7a57f89c-0fd4-45e0-9353-e98539b92fd1"
    assert told.boot_at.timestamp() == BOOT_AT


@pytest.mark.parametrize(
    ("turns", "unclean", "in_a_day"),
    [
        (("up", "down", "up"), 0, 0),
        (("up", "up"), 1, 1),
        (("up", "down", "up", "up"), 1, 1),
        (("up", "up", "up", "up"), 1, 3),
        (("up", "up", "down", "up"), 0, 1),
    ],
)
def test_a_boot_without_a_shutdown_before_it_was_not_orderly(
    turns: tuple[str, ...], unclean: int, in_a_day: int, tmp_path: Path
) -> None:
    here = machine(tmp_path)
    here.turned(*turns)
    reading = Uptime(here.roots, NO_JOURNAL).read(NOON)
    assert reading.value("vigia.boot.unclean") == unclean
    assert reading.value("vigia.boot.unclean_24h") == in_a_day


def test_where_nothing_tells_how_the_last_run_ended_it_is_unknown_and_said_once(tmp_path: Path) -> None:
    here = machine(tmp_path)
    (tmp_path / "log/wtmp").unlink()
    uptime = Uptime(here.roots, NO_JOURNAL)
    first, second = uptime.read(NOON), uptime.read(LATER)
    assert first.value("vigia.boot.unclean") is None and len(first.gaps) == 1 and second.gaps == ()
    assert second.value("system.uptime") == 4000.5


@pytest.mark.parametrize(
    ("last_line", "unclean"), [("systemd-journald: Journal stopped", 0), ("cron: ran", 1)]
)
def test_the_journal_of_the_last_run_tells_where_the_log_of_logins_is_silent(
    last_line: str, unclean: int, tmp_path: Path
) -> None:
    here = machine(tmp_path)
    here.says("log/wtmp", b"")
    reading = Uptime(here.roots, ("echo", last_line)).read(NOON)
    assert reading.value("vigia.boot.unclean") == unclean


def test_crash_records_kept_by_firmware_are_counted(tmp_path: Path) -> None:
    here = machine(tmp_path)
    here.says("sys/fs/pstore/dmesg-efi-1", "Oops")
    assert Uptime(here.roots, NO_JOURNAL).read(NOON).value("vigia.boot.panic_records") == 1
