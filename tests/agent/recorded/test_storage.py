"""Disks of a real machine, as it told of them: arrays, kernel log, NVMe, filesystems."""

from pathlib import Path

from agent.collectors.filesystems import Filesystems
from agent.collectors.hardware.raid.md import Md
from agent.collectors.hardware.smart import NvmeHealth
from agent.collectors.system.kernel.log import KernelLog
from tests.agent.recorded import Once, Recording, plain, told
from tests.agent.rules.story import Story


def test_members_of_a_raid_6_and_of_a_mirror_fail_one_after_the_other(tmp_path: Path) -> None:
    """High, critical; critical and, when its last disk is pulled out, told again: it does not work at all."""
    story, md = Story(), Md(Recording("storage-whole").on(tmp_path).roots)
    assert told(story, md) == []
    seen = []
    for name in ("storage-raid6-one-lost", "storage-mirror-one-lost", "storage-mirror-both-lost"):
        Recording(name).on(tmp_path)
        seen.append(told(story, md))
    assert plain(seen[0]) == {("raid.degraded", "md1", "high")}
    assert plain(seen[1]) == {("raid.degraded", "md1", "critical"), ("raid.degraded", "md0", "critical")}
    (last,) = seen[2]
    assert (last.object, last.facts["array_state"]) == ("md0", "failed")
    assert last.finding_id not in {one.finding_id for one in seen[1]}


def test_a_mirror_that_nobody_used_is_taken_apart_with_its_last_disk(tmp_path: Path) -> None:
    """The system stops it and mdstat no longer names it: it has failed, and vanishing makes nothing well."""
    machine = Recording("storage-mirror-one-lost").on(tmp_path)
    story, md = Story(), Md(machine.roots)
    told(story, md)
    machine.says("proc/mdstat", "Personalities : [raid1] \nunused devices: <none>\n")
    found = told(story, md)
    assert {(one.object, one.facts["array_state"]) for one in found} == {("md0", "failed"), ("md1", "failed")}
    assert told(story, md, 1800) == []


def test_read_errors_and_a_journal_given_up_are_told_of_the_right_disks(tmp_path: Path) -> None:
    """The log of a boot, faults at its end: disk, filesystem, and the mirror under one."""
    recording = Recording("storage-read-errors-and-read-only")
    kernel = recording.kernel()
    machine = recording.on(tmp_path)
    machine.says("proc/vmstat", "oom_kill 0\n")
    log = KernelLog(machine.roots, monotonic=lambda: kernel[-1].at_s + 2, source=Once(kernel))
    assert plain(told(Story(), log)) == {
        ("disk.kernel_errors", "nvme0n1", "high"),
        ("disk.kernel_errors", "vdi", "critical"),
        ("disk.kernel_errors", "md0", "critical"),
    }


def test_a_filesystem_that_was_given_up_is_read_only_though_it_is_mounted_rw(tmp_path: Path) -> None:
    """Kernel 6.1.176: mountinfo says rw to the end. One that only counted errors, and goes on, is none."""
    recording = Recording("storage-read-errors-and-read-only")
    room = Recording("storage-full-and-warning")
    machine = recording.on(tmp_path)
    assert "/srv/gone rw,relatime" in (tmp_path / "proc/self/mountinfo").read_text()
    story, filesystems = Story(), Filesystems(machine.roots, room.statvfs)
    assert ("filesystem.readonly", "/srv/gone", "critical") in plain(told(story, filesystems))
    machine.says("proc/fs/ext4/vdi/options", "rw\nerrors=continue\n")
    again = Filesystems(machine.roots, room.statvfs)
    assert "filesystem.readonly" not in {rule for rule, _, _ in plain(told(Story(), again))}


def test_a_filesystem_without_room_and_one_without_inodes(tmp_path: Path) -> None:
    machine = Recording("storage-read-errors-and-read-only").on(tmp_path)
    filesystems = Filesystems(machine.roots, Recording("storage-full-and-warning").statvfs)
    found = plain(told(Story(), filesystems, 400))
    assert ("filesystem.space", "/srv/full", "critical") in found
    assert ("filesystem.inodes", "/srv/inodes", "critical") in found
    assert {place for _, place, _ in found} <= {"/srv/full", "/srv/inodes", "/srv/gone", "/srv/books"}


def test_an_nvme_disk_that_warns(tmp_path: Path) -> None:
    """smartctl 7.3 ends with 8 when a disk is failing, and says everything all the same."""
    recording = Recording("storage-full-and-warning")
    machine = recording.on(tmp_path)
    machine.says("sys/block/nvme0n1/size", "262144\n")
    asked = "smartctl -j -i -H -A -d nvme -l ssd /dev/nvme0"
    disk = NvmeHealth(machine.roots, recording.answers({asked: 8}))
    (found,) = told(Story(), disk)
    assert (found.rule, found.object, found.severity.value) == ("nvme.warning", "nvme0", "critical")
    assert found.facts["warning_bits"] == "4"
