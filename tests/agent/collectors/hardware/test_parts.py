"""What disks, sensors and power say: by hand, and what is asked to learn it."""

from pathlib import Path

import pytest

from agent.collectors.asking import ProgramMissing, Tool, Unanswered, answer, ask, located
from agent.collectors.hardware import HARDWARE, ipmi
from agent.collectors.hardware.batteries import Batteries
from agent.collectors.hardware.sensors import LOOKS, Sensors
from agent.collectors.hardware.smart import NvmeHealth, Smart
from agent.collectors.hardware.smart_words import Device, wear
from agent.collectors.hardware.ups import Ups
from agent.names import HW_ID, HW_LIMIT, HW_TYPE, SMART_ATTRIBUTE
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.building import built
from tests.agent.collectors.hardware import shelf
from tests.agent.collectors.machine import Machine
from tests.agent.rules.hardware.samples import NOON, sda

LEVELING = {"table": [{"name": "Wear_Leveling_Count", "value": 83}]}


@pytest.fixture
def here(tmp_path: Path) -> Machine:
    """A machine that has one of everything."""
    one = Machine(tmp_path)
    for name, content in shelf.FILES.items():
        one.says(name, content)
    return one


@pytest.mark.parametrize("one", HARDWARE, ids=lambda one: one.name)
def test_what_is_not_there_is_neither_a_gap_nor_a_figure_and_starts_no_program(
    one: object, tmp_path: Path
) -> None:
    """A virtual machine has no fans: nobody wants to read that each minute. A UPS is known by its tools."""
    answers = Answers({})
    reading = built(one, Machine(tmp_path), answers).read(NOON)  # type: ignore[arg-type]
    assert (reading.metrics, reading.gaps) == ((), ())
    assert [call for call in answers.asked if not call.startswith(("upsc", "apcaccess"))] == []


def test_a_sleeping_disk_is_left_in_peace_and_said_to_sleep(here: Machine) -> None:
    """Spinning disks are asked with `-n standby`; solid ones, some of which claim to sleep, without."""
    answers = Answers({**shelf.ANSWERS, "smartctl -j -i -H -A -d sat -n standby,3 /dev/sdb": shelf.SLEEPING})
    reading = Smart(here.roots, answers).read(NOON)
    assert reading.gaps == ()
    assert reading.value("vigia.disk.asleep", **{HW_ID: "sdb"}) == 1
    assert reading.value("hw.temperature", **{HW_ID: "sdb"}) is None
    NvmeHealth(here.roots, answers).read(NOON)
    asked = [call for call in answers.asked if "/dev/" in call]
    assert [("-n standby" in call) for call in asked] == [True, True, False]


def test_disks_are_listed_again_only_when_there_are_others(here: Machine) -> None:
    answers = Answers(shelf.ANSWERS)
    smart = Smart(here.roots, answers)
    for _ in range(3):
        smart.read(NOON)
    assert answers.asked.count("smartctl --scan-open -j") == 1
    here.says("sys/block/sdz/queue/rotational", "1\n")
    smart.read(NOON)
    assert answers.asked.count("smartctl --scan-open -j") == 2


def test_a_missing_smartctl_names_the_disks_that_nobody_looks_at(here: Machine) -> None:
    (gap,) = Smart(here.roots, Answers({})).read(NOON).gaps
    assert "sda, sdb" in gap.reason and "not installed" in gap.reason
    (gap,) = NvmeHealth(here.roots, Answers({})).read(NOON).gaps
    assert gap.reason.startswith("nvme0: smartctl")


def test_one_disk_that_cannot_be_asked_does_not_hide_the_others(here: Machine) -> None:
    refused = '{"smartctl": {"exit_status": 2, "messages": [{"string": "Read Device Identity failed"}]}}'
    key = "smartctl -j -i -H -A -d sat -n standby,3 /dev/sda"
    reading = Smart(here.roots, Answers({**shelf.ANSWERS, key: refused})).read(NOON)
    assert [gap.reason for gap in reading.gaps] == ["sda: Read Device Identity failed"]
    assert reading.value("vigia.disk.asleep", **{HW_ID: "sdb"}) == 0


def test_what_is_in_a_mirror_is_redundant_until_the_mirror_is_degraded(here: Machine) -> None:
    """sda is a leg of md0, sdb of nothing."""
    reading = Smart(here.roots, Answers(shelf.ANSWERS)).read(NOON)
    assert reading.value("vigia.disk.redundant", **{HW_ID: "sda"}) == 1
    assert reading.value("vigia.disk.redundant", **{HW_ID: "sdb"}) == 0
    here.says("sys/block/md0/md/degraded", "1\n")
    reading = Smart(here.roots, Answers(shelf.ANSWERS)).read(NOON)
    assert reading.value("vigia.disk.redundant", **{HW_ID: "sda"}) == 0


def test_three_counts_packed_into_one_number_are_taken_apart() -> None:
    """Seagate's command timeouts: 4295032833 is 1, 1 and 1."""
    reading = sda(a188=4_295_032_833)(NOON)
    assert reading.value("hw.physical_disk.smart", **{HW_ID: "sda", SMART_ATTRIBUTE: "188"}) == 1


@pytest.mark.parametrize(
    ("document", "used"),
    [
        ({"nvme_smart_health_information_log": {"percentage_used": 3}}, 3),
        ({"endurance_used": {"current_percent": 41}}, 41),
        (
            {"ata_device_statistics": {"pages": [{"number": 7, "table": [
                {"offset": 8, "name": "Percentage Used Endurance Indicator", "value": 12}]}]}},
            12,
        ),
        ({"rotation_rate": 0, "ata_smart_attributes": LEVELING}, 17),
        ({"rotation_rate": 7200, "ata_smart_attributes": LEVELING}, None),
    ],
)  # fmt: skip
def test_wear_is_found_wherever_a_disk_tells_it(document: dict[str, object], used: float | None) -> None:
    assert wear(document) == used


def test_a_disk_behind_a_controller_has_its_number_in_its_name() -> None:
    assert Device("/dev/bus/0", "megaraid,8").id == "bus/0 megaraid,8"


def test_only_limits_that_mean_something_are_taken(here: Machine) -> None:
    """A board chip's input that leads nowhere reads 109 °C with a limit of 80; NVMe's 65261 means "none"."""
    reading = Sensors(here.roots).read(NOON)
    limits = {
        (one.attributes[HW_ID], one.attributes[HW_LIMIT]): one.value
        for one in reading.metrics
        if one.name == "hw.temperature.limit"
    }
    assert limits == {("coretemp/temp1", "high.degraded"): 80, ("coretemp/temp1", "high.critical"): 100}
    assert reading.value("hw.temperature", **{HW_ID: "nct6775/temp9"}) == 109


def test_a_sensor_that_falls_silent_is_a_gap_and_is_looked_for_again(here: Machine) -> None:
    sensors = Sensors(here.roots)
    sensors.read(NOON)
    (here.folder / "sys/class/hwmon/hwmon3/fan1_input").unlink()
    assert "nct6775/fan1" in sensors.read(NOON).gaps[0].reason
    assert sensors.read(NOON).gaps == (), "gone for good: it was looked up again"
    assert LOOKS * sensors.every_s <= 1800


def test_a_small_board_without_chips_has_its_zones(tmp_path: Path) -> None:
    here = Machine(tmp_path)
    zone = "sys/class/thermal/thermal_zone0"
    for name, content in {"type": "cpu-thermal", "temp": "48312", "trip_point_0_type": "critical",
                          "trip_point_0_temp": "110000"}.items():  # fmt: skip
        here.says(f"{zone}/{name}", content)
    reading = Sensors(here.roots).read(NOON)
    assert reading.value("hw.temperature") == pytest.approx(48.312)
    assert reading.value("hw.temperature.limit", **{HW_LIMIT: "high.critical"}) == 110


def test_two_chips_of_one_name_are_told_apart_by_where_they_are(here: Machine) -> None:
    """And by their number where nothing else tells."""
    (here.folder / "sys/devices/nct6775.2592").mkdir(parents=True)
    (here.folder / "sys/class/hwmon/hwmon3/device").symlink_to(here.folder / "sys/devices/nct6775.2592")
    for number in (4, 5):
        here.says(f"sys/class/hwmon/hwmon{number}/name", "nct6775\n")
        here.says(f"sys/class/hwmon/hwmon{number}/fan1_input", "900\n")
    told = Sensors(here.roots).read(NOON).metrics
    assert [one.attributes[HW_ID] for one in told if one.name == "hw.fan.speed" and one.value] == [
        "nct6775 device/fan1",
        "nct6775 device#2/fan1",
        "nct6775 nct6775.2592/fan1",
    ]


def test_a_ups_that_is_plugged_in_and_that_nothing_asks_is_a_gap(here: Machine) -> None:
    (gap,) = Ups(here.roots, Answers({})).read(NOON).gaps
    assert "APC" in gap.reason
    (gap,) = Ups(here.roots, Answers({"apcaccess status": shelf.apc("COMMLOST")})).read(NOON).gaps
    assert "no contact" in gap.reason


def test_a_mouse_has_no_battery_of_ours(here: Machine) -> None:
    reading = Batteries(here.roots).read(NOON)
    assert {one.attributes[HW_ID] for one in reading.metrics} == {"BAT0"}


def test_ipmi_counts_only_what_is_bad_and_asserted() -> None:
    entries, lost = ipmi.events(shelf.SEL)
    assert (lost.attributes[HW_ID], lost.value) == ("Power Supply PS1 Status", 1)
    assert entries.value == 3
    (none,) = ipmi.events("SEL has no entries\n")
    assert none.value == 0


def test_a_program_is_named_with_what_it_did(tmp_path: Path) -> None:
    """Real ones: missing, failing, flooding, hanging."""
    with pytest.raises(ProgramMissing, match="no-such-program"):
        ask(Tool(("no-such-program",)))
    assert located(Tool(("no-such-program", "/bin/sh"))) == "/bin/sh"
    shell = Tool(("/bin/sh",), timeout_s=0.3, limit_bytes=1000)
    for script, told in (("echo no >&2; exit 3", "ended with 3: no"), ("yes", "more than 1000 bytes"),
                         ("sleep 9", "no answer within 0.3 s")):  # fmt: skip
        with pytest.raises(Unanswered, match=told):
            answer(ask, shell, ("-c", script))


def test_sticks_are_left_alone_and_virtual_disks_need_not_tell(here: Machine) -> None:
    """The health of a virtual disk is the host's to know; where it is told (QEMU's NVMe does), it is read."""
    here.says("sys/block/sda/removable", "1\n")
    here.says("sys/block/sdb/device/vendor", "VMware  \n")
    here.says("sys/block/nvme0n1/device/model", "QEMU NVMe Ctrl  \n")
    mute = '{"smartctl": {"exit_status": 4}, "device": {"name": "/dev/sdb"}}'
    answers = Answers({**shelf.ANSWERS, "smartctl -j -i -H -A -d sat -n standby,3 /dev/sdb": mute})
    reading = Smart(here.roots, answers).read(NOON)
    assert (reading.metrics, reading.gaps) == ((), ())
    assert Smart(here.roots, Answers({})).read(NOON).gaps == ()
    assert NvmeHealth(here.roots, answers).read(NOON).value("vigia.nvme.critical_warning") == 0


def test_a_disk_that_tells_nothing_of_its_health_is_a_gap(here: Machine) -> None:
    key = "smartctl -j -i -H -A -d sat -n standby,3 /dev/sda"
    mute = '{"smartctl": {"exit_status": 4}, "device": {"name": "/dev/sda"}, "temperature": {"current": 30}}'
    (gap,) = Smart(here.roots, Answers({**shelf.ANSWERS, key: mute})).read(NOON).gaps
    assert gap.reason == "sda: it says nothing about its health"


def test_of_two_hundred_sensors_those_are_told_that_matter_and_those_that_were_once_not_well(
    here: Machine,
) -> None:
    hot = shelf.SDR.replace("01h | ok", "01h | cr")
    answers = Answers(dict(shelf.ANSWERS))
    collector = ipmi.Ipmi(here.roots, answers)

    def told(sdr: str) -> set[str]:
        answers.says = {**shelf.ANSWERS, "ipmitool sdr elist": sdr}
        kinds = ("sensor", "cpu", "fan", "board", "power_supply")
        return {
            one.attributes[HW_ID]
            for one in collector.read(NOON).metrics
            if one.attributes.get(HW_TYPE) in kinds
        }

    assert told(shelf.SDR) == {"FAN1", "PS1 Status"}
    assert told(hot) == told(shelf.SDR) == {"FAN1", "PS1 Status", "CPU1 Temp"}


def test_a_disk_that_smartctl_does_not_list_is_a_gap_and_a_controllers_volume_is_none(here: Machine) -> None:
    here.says("sys/block/sdc/queue/rotational", "1\n")
    here.says("sys/block/sdd/device/model", "PERC H730 Mini\n")
    gaps = Smart(here.roots, Answers(shelf.ANSWERS)).read(NOON).gaps
    assert [gap.reason for gap in gaps] == ["sdc: smartctl cannot open it"]
