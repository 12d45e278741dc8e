"""What one answer of `smartctl -j` means (its JSON format 1, smartmontools 7): ATA, NVMe and SCSI disks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agent.collectors.asking import Unanswered, found, number, rows
from agent.collectors.hardware.part import OK, PREDICTED, Part
from agent.names import HW_LIMIT, HW_MODEL, HW_NAME, HW_SERIAL, SMART_ATTRIBUTE
from agent.signals import Metric

# Reallocated, reported uncorrectable, command timeouts, pending, offline uncorrectable.
TELLING = (5, 187, 188, 197, 198)
# Attributes whose normalized value is the life that is left, where the vendor calls it so.
LIFE = ("Wear_Leveling_Count", "SSD_Life_Left", "Media_Wearout_Indicator", "Percent_Lifetime_Remain",
        "Remaining_Lifetime_Perc", "Wear_Leveling")  # fmt: skip
ENDURANCE = "hw.physical_disk.endurance_utilization"


@dataclass(frozen=True, slots=True)
class Device:
    """One disk as smartctl names it. `id` is what people call it: sda, nvme0, "bus/0 megaraid,8"."""

    name: str
    kind: str

    @property
    def id(self) -> str:
        short = self.name.removeprefix("/dev/")
        return f"{short} {self.kind}" if short.startswith("bus/") or "," in self.kind else short


def asleep(document: dict[str, Any]) -> bool:
    """Whether it was left in peace."""
    said = " ".join(str(row.get("string", "")) for row in rows(document, "smartctl", "messages"))
    return found(document, "smartctl", "exit_status") in (2, 3) and (
        "STANDBY" in said or "SLEEP" in said or found(document, "power_mode") is not None
    )


def metrics(device: Device, document: dict[str, Any]) -> list[Metric]:
    """Everything judged about one disk. Raises Unanswered when the answer is about no disk at all."""
    if found(document, "device") is None:
        raise Unanswered(f"smartctl {device.name}: its answer names no device")
    about = {HW_MODEL: "model_name", HW_SERIAL: "serial_number"}
    known = {key: str(found(document, name) or "") for key, name in about.items()}
    part = Part(device.id, "physical_disk", {HW_NAME: device.id, **known})
    told: list[Metric] = []
    passed = found(document, "smart_status", "passed")
    if isinstance(passed, bool):
        told.append(part.status(OK if passed else PREDICTED))
    told += _temperature(part, document)
    told += _nvme(part, document)
    told += _counters(part, document)
    used = wear(document)
    if used is not None:
        told.append(part.metric(ENDURANCE, max(0.0, 1 - used / 100), hw__physical_disk__state="remaining"))
    hours = number(document, "power_on_time", "hours")
    if hours is not None and hours >= 0:
        told.append(part.metric("vigia.disk.power_on_time", hours * 3600, "s"))
    return told


def _temperature(part: Part, document: dict[str, Any]) -> Iterator[Metric]:
    now = number(document, "temperature", "current")
    if now is not None and -40 < now < 150:
        yield part.metric("hw.temperature", now, "Cel")
    trip = number(document, "nvme_composite_temperature_threshold", "critical")
    trip = trip or number(document, "temperature", "limit_max")
    if trip is not None and 40 <= trip <= 125:
        yield part.metric("hw.temperature.limit", trip, "Cel", **{HW_LIMIT: "high.critical"})


def _nvme(part: Part, document: dict[str, Any]) -> Iterator[Metric]:
    log = found(document, "nvme_smart_health_information_log")
    for name, key, divisor in (
        ("vigia.nvme.critical_warning", "critical_warning", 1),
        ("vigia.nvme.available_spare", "available_spare", 100),
        ("vigia.nvme.available_spare_threshold", "available_spare_threshold", 100),
    ):
        value = number(log, key)
        if value is not None:
            yield part.metric(name, value / divisor)
    media = number(log, "media_errors")
    if media is not None:
        yield part.metric("hw.errors", media, "{error}", error__type="media")


def _counters(part: Part, document: dict[str, Any]) -> Iterator[Metric]:
    """ATA's own; a SCSI disk's grown defects and uncorrected errors count as what they are."""
    counts: dict[int, float] = {}
    for row in rows(document, "ata_smart_attributes", "table"):
        raw = number(row, "raw", "value")
        if row.get("id") in TELLING and raw is not None and raw >= 0:
            # Some vendors pack three counts into 188: the lowest word is how often it happened.
            counts[int(row["id"])] = float(int(raw) & 0xFFFF) if row["id"] == 188 else raw
    grown = number(document, "scsi_grown_defect_list")
    if grown is not None:
        counts[5] = grown
    lost = [number(document, "scsi_error_counter_log", way, "total_uncorrected_errors")
            for way in ("read", "write", "verify")]  # fmt: skip
    if any(count is not None for count in lost):
        counts[187] = sum(count or 0 for count in lost)
    for attribute, count in counts.items():
        yield part.metric("hw.physical_disk.smart", count, "1", **{SMART_ATTRIBUTE: str(attribute)})


def wear(document: dict[str, Any]) -> float | None:
    """Per cent of its life that a solid-state disk has used, 0 and up (above 100 is possible)."""
    for path in (
        ("nvme_smart_health_information_log", "percentage_used"),
        ("endurance_used", "current_percent"),
        ("scsi_percentage_used_endurance_indicator",),
    ):
        used = number(document, *path)
        if used is not None:
            return used
    for page in rows(document, "ata_device_statistics", "pages"):
        for row in rows(page, "table"):
            if row.get("name") == "Percentage Used Endurance Indicator":
                return number(row, "value")
    if number(document, "rotation_rate") == 0:
        for row in rows(document, "ata_smart_attributes", "table"):
            left = number(row, "value")
            if row.get("name") in LIFE and left is not None and 0 <= left <= 100:
                return 100 - left
    return None
