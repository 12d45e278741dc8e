"""What arrays say of themselves: the state, who is lost, and how many more may be."""

import pytest

from agent.collectors.asking import Unanswered
from agent.collectors.hardware.raid import lvm, md, ssacli, storcli, zfs
from agent.collectors.hardware.raid.btrfs import Btrfs
from agent.collectors.hardware.raid.controllers import Controllers
from agent.collectors.hardware.raid.md import Md
from agent.collectors.hardware.raid.zfs import Zfs
from agent.names import HW_ID, HW_STATE
from agent.signals import Metric, Reading
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.hardware.shelf import ANSWERS, BTRFS, FILES, MDSTAT, SSACLI_STATUS, ZPOOL
from tests.agent.collectors.hardware.shelf import ssacli as ssacli_says
from tests.agent.collectors.hardware.shelf import storcli as storcli_says
from tests.agent.collectors.machine import Machine
from tests.agent.rules.hardware.samples import NOON
from tests.agent.rules.hardware.stories import FIRMWARE, INACTIVE, MIRROR, RAID6, RAID10, ZPOOL_RAIDZ2


def state(told: list[Metric] | Reading) -> dict[str, str]:
    """By part, as `hw.status` says."""
    metrics = told.metrics if isinstance(told, Reading) else told
    return {one.attributes[HW_ID]: one.attributes[HW_STATE] for one in metrics if one.name == "hw.status"}


@pytest.mark.parametrize(
    ("text", "state", "working", "left", "lost"),
    [
        (MIRROR, "degraded", 1, 0, ("sdb1",)),
        (RAID6, "degraded", 3, 1, ("sdc1",)),
        (RAID10, "degraded", 3, 0, ("sdc1",)),
        (INACTIVE, "failed", 0, 0, ()),
    ],
)
def test_md_says_what_may_still_fail(
    text: str, state: str, working: int, left: int, lost: tuple[str, ...]
) -> None:
    (array,) = md.parse(text)
    assert (array.state, array.working, array.left, array.failed) == (state, working, left, lost)


def test_a_rebuild_is_told_and_a_container_of_firmware_raid_is_no_array() -> None:
    assert md.parse(RAID6)[0].rebuilt == 0.126
    assert [array.name for array in md.parse(FIRMWARE)] == ["md1", "md0"]


def test_a_stripe_set_that_lost_a_disk_is_known_from_sysfs_alone(tmp_path: object) -> None:
    """mdstat shows it as if all were well."""
    here = Machine(tmp_path)  # type: ignore[arg-type]
    here.says(
        "proc/mdstat", "Personalities : [raid0]\nmd0 : active raid0 sdb1[1] sda1[0]\n      20 blocks\n\n"
    )
    assert state(Md(here.roots).read(NOON)) == {"md0": "ok"}
    here.says("sys/block/md0/md/array_state", "broken\n")
    assert state(Md(here.roots).read(NOON)) == {"md0": "failed"}


def test_mdstat_that_goes_away_is_a_gap_only_where_there_were_arrays(tmp_path: object) -> None:
    here = Machine(tmp_path)  # type: ignore[arg-type]
    collector = Md(here.roots)
    assert collector.read(NOON).gaps == ()
    here.says("proc/mdstat", MDSTAT)
    collector.read(NOON)
    (here.folder / "proc/mdstat").unlink()
    with pytest.raises(Exception, match="No such file"):
        collector.read(NOON)


def test_zfs_counts_parity_and_leaves_the_log_device_out() -> None:
    ((name, health, tree),) = zfs.parse(ZPOOL_RAIDZ2)
    array = zfs.pool(name, health, tree)
    assert (array.level, array.state, array.members, array.left) == ("raidz2", "degraded", 4, 1)
    assert array.failed == ("sdg",)


def test_disks_of_a_pool_that_bears_a_loss_are_redundant() -> None:
    assert zfs.redundant_members(ZPOOL) == {"sdf", "sdg"}
    assert zfs.redundant_members(ZPOOL.replace("sdg     ONLINE", "sdg     FAULTED")) == set()


def test_a_pool_of_two_mirrors_that_are_both_whole_is_well(tmp_path: object) -> None:
    here = Machine(tmp_path)  # type: ignore[arg-type]
    assert Zfs(here.roots, Answers(ANSWERS)).read(NOON) == Reading(
        "raid:zfs", NOON, 0.0
    )  # no module: no pool
    here.says("proc/spl/kstat/zfs/tank/state", "ONLINE\n")
    rows = ("  mirror-1  ONLINE", "    sdh     ONLINE", "    sdi     ONLINE")
    more = "".join(f"\t{row}       0     0     0\n" for row in rows)
    two = ZPOOL.replace("\tlogs\n", f"{more}\tlogs\n")
    reading = Zfs(here.roots, Answers({"zpool status": two})).read(NOON)
    assert reading.value("vigia.raid.members") == 4
    assert reading.value("vigia.raid.redundancy_left") == 1


def test_lvm_names_volumes_as_people_do() -> None:
    assert lvm.plain_name("my--vg-home") == "my-vg/home"
    (array,) = lvm.parse("vg0-old: 0 8192 mirror 2 253:1 253:2 8/8 1 AD 1 core\n")
    assert (array.state, array.left) == ("degraded", 0)


def test_a_controller_names_volumes_drives_and_battery() -> None:
    assert state(storcli.metrics(storcli_says(volume="Dgrd", drive="UBad", battery="Failed"))) == {
        "c0/v0": "degraded",
        "c0/v0/e252/s1": "failed",
        "c0/e252/s0": "ok",
        "c0/e252/s1": "failed",
        "c0/battery": "failed",
    }
    bad = SSACLI_STATUS.replace("Capacitor Status: OK", "Capacitor Status: Failed (Replace Batteries)")
    told = ssacli.metrics(ssacli_says(drive="Predictive Failure"), bad)
    assert state(told) == {
        "slot-0/v1": "ok",
        "slot-0/1I:1:1": "ok",
        "slot-0/1I:1:2": "predicted_failure",
        "slot-0/battery": "failed",
    }


def test_a_state_that_nobody_knows_is_no_state() -> None:
    with pytest.raises(Unanswered, match="unknown state"):
        storcli.metrics(storcli_says(volume="Wobbly"))


def test_a_controller_that_nothing_here_can_ask_is_a_gap(tmp_path: object) -> None:
    here = Machine(tmp_path)  # type: ignore[arg-type]
    answers = Answers(ANSWERS)
    assert Controllers(here.roots, answers).read(NOON).gaps == ()
    here.says("sys/bus/pci/drivers/aacraid/0000:07:00.0/vendor", "x\n")
    assert "arcconf" in Controllers(here.roots, answers).read(NOON).gaps[0].reason
    assert answers.asked == [], "nothing is asked where no driver is bound"


def test_a_missing_device_of_btrfs_is_lost_though_it_counts_nothing(tmp_path: object) -> None:
    """The kernel says "invalid" for its counters: no reason not to tell that it is gone."""
    here = Machine(tmp_path)  # type: ignore[arg-type]
    for name, content in FILES.items():
        here.says(name, content)
    here.says(f"{BTRFS}/devinfo/2/missing", "1\n")
    here.says(f"{BTRFS}/devinfo/2/error_stats", "invalid\n")
    reading = Btrfs(here.roots).read(NOON)
    assert reading.gaps == ()
    assert state(reading) == {"data": "degraded", "data/device 2": "failed"}


def test_blocks_that_no_copy_could_restore_are_counted() -> None:
    assert zfs.data_errors(ZPOOL) == [("tank", 0)]
    lost = ZPOOL.replace("errors: No known data errors", "errors: 3 data errors, use '-v' for a list")
    assert zfs.data_errors(lost) == [("tank", 3)]


def test_an_older_command_writes_its_arrays_small_and_a_spare_after_its_state() -> None:
    """Two arrays: what is lost in one is not lost in the other."""
    text = """
Smart Array P410 in Slot 1                (sn: PACCRID1234)

   array A (SAS, Unused Space: 0 MB)

      logicaldrive 1 (99.9 GB, RAID 1, OK)

      physicaldrive 1I:1:1 (port 1I:box 1:bay 1, SAS, 99 GB, OK)
      physicaldrive 1I:1:2 (port 1I:box 1:bay 2, SAS, 99 GB, OK)
      physicaldrive 1I:1:5 (port 1I:box 1:bay 5, SAS, 99 GB, Failed, spare)

   array B (SAS, Unused Space: 0 MB)

      logicaldrive 2 (99.9 TB, RAID 5, Recovering, 12% complete)

      physicaldrive 1I:1:3 (port 1I:box 1:bay 3, SAS, 99 TB, Rebuilding)
      physicaldrive 1I:1:4 (port 1I:box 1:bay 4, SAS, 99 TB, OK)
"""
    no_battery = (
        "Smart Array P410 in Slot 1\n   Controller Status: OK\n   Battery/Capacitor Status: Not Present\n"
    )
    told = state(ssacli.metrics(text, no_battery))
    assert (told["slot-1/v1"], told["slot-1/v2"]) == ("ok", "degraded")
    assert (told["slot-1/1I:1:5"], told["slot-1/1I:1:3"]) == ("failed", "degraded")
    assert told["slot-1/battery"] == "ok"


def test_a_suspended_pool_is_told_without_asking_the_command_that_would_hang(tmp_path: object) -> None:
    """Its disks went away: whoever asks it waits for ever. The kernel says it for nothing."""
    here = Machine(tmp_path)  # type: ignore[arg-type]
    here.says("proc/spl/kstat/zfs/tank/state", "SUSPENDED\n")
    answers = Answers(ANSWERS)
    reading = Zfs(here.roots, answers).read(NOON)
    assert state(reading) == {"tank": "failed"}
    assert answers.asked == [] and "tank is suspended" in reading.gaps[0].reason


@pytest.mark.parametrize(("kernel", "told"), [("ONLINE", {}), ("DEGRADED", {"tank": "degraded"})])
def test_without_zpool_the_kernel_is_believed_when_it_complains(
    kernel: str, told: dict[str, str], tmp_path: object
) -> None:
    here = Machine(tmp_path)  # type: ignore[arg-type]
    here.says("proc/spl/kstat/zfs/tank/state", f"{kernel}\n")
    reading = Zfs(here.roots, Answers({})).read(NOON)
    assert state(reading) == told
    assert len(reading.gaps) == 1
