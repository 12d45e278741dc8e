"""Disks, Storage Spaces and batteries of Windows, by the storage classes of CIM (MSFT_PhysicalDisk,
MSFT_StorageReliabilityCounter, MSFT_VirtualDisk) and the battery classes of WMI."""

from datetime import datetime
from typing import Any

from agent.collectors.asking import Ask, ask
from agent.collectors.hardware.part import DEGRADED, FAILED, OK, PREDICTED, Part
from agent.collectors.hardware.raid.array import Array
from agent.collectors.windows.powershell import Slow, listed, told, whole, word
from agent.names import HW_MODEL, HW_NAME, HW_SERIAL
from agent.signals import Gap, Metric, Reading

# CIM's own numbers: PowerShell would show words in their place.
_CODE = "$_.CimInstanceProperties['{0}'].Value"
DISKS = (
    "@{disks=@(Get-PhysicalDisk|ForEach-Object{$r=$null;"
    "try{$r=$_|Get-StorageReliabilityCounter}catch{};"
    "@{id=$_.DeviceId;model=$_.FriendlyName;serial=$_.SerialNumber;"
    f"health={_CODE.format('HealthStatus')};media={_CODE.format('MediaType')};"
    f"usage={_CODE.format('Usage')};pooled=(-not $_.CanPool -and @($_|Get-VirtualDisk).Count -gt 0);"
    "celsius=$r.Temperature;wear=$r.Wear;hours=$r.PowerOnHours;"
    "unread=$r.ReadErrorsUncorrected;unwritten=$r.WriteErrorsUncorrected}})}"
)
SPACES = (
    "@{spaces=@(Get-VirtualDisk|ForEach-Object{$m=@($_|Get-PhysicalDisk);"
    "@{name=$_.FriendlyName;level=$_.ResiliencySettingName;"
    f"health={_CODE.format('HealthStatus')};may=$_.PhysicalDiskRedundancy;members=$m.Count;"
    f"lost=@($m|Where-Object{{{_CODE.format('HealthStatus')} -eq 2}}"
    "|ForEach-Object{$_.FriendlyName})}})}"
)
BATTERIES = (
    "$f=@(Get-CimInstance -Namespace root/wmi BatteryFullChargedCapacity);"
    "@{cells=@(Get-CimInstance -Namespace root/wmi BatteryStaticData|ForEach-Object{$n=$_.InstanceName;"
    "@{name=$_.DeviceName;design=$_.DesignedCapacity;"
    "full=($f|Where-Object{$_.InstanceName -eq $n}|Select-Object -First 1).FullChargedCapacity}})}"
)
# MSFT_PhysicalDisk, MSFT_VirtualDisk: HealthStatus and MediaType.
HEALTHY, WARNING, UNHEALTHY = 0, 1, 2
SPINS, SOLID = 3, 4
PARTS_MAX = 64
REMAINING = {"hw__physical_disk__state": "remaining"}


class Storage(Slow):
    """`hw.status` of each disk (ok, predicted_failure, failed), its temperature, wear and unread sectors."""

    name = "disk:smart"
    every_s = 1800.0

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def read(self, now: datetime) -> Reading:
        rows = listed(told(self._ask, DISKS).get("disks"), "disks")
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for row in rows[:PARTS_MAX]:
            code = whole(row.get("health"), 9)
            health = {HEALTHY: OK, WARNING: PREDICTED, UNHEALTHY: PREDICTED}.get(-1 if code is None else code)
            if health is None:
                gaps.append(Gap(self.name, f"disk {word(row.get('id'))}: its health is unknown"))
                continue
            metrics += disk(row, health)
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))


def disk(row: dict[str, Any], health: str) -> list[Metric]:
    part = Part(
        f"disk{word(row.get('id'))}", "physical_disk",
        {HW_NAME: f"disk{word(row.get('id'))}", HW_MODEL: word(row.get("model")),
         HW_SERIAL: word(row.get("serial"))},
    )  # fmt: skip
    metrics = [
        part.status(health),
        part.metric("vigia.disk.redundant", float(row.get("pooled") is True)),
        part.metric("vigia.disk.asleep", 0.0),
    ]
    media = whole(row.get("media"), 9)
    if media in (SPINS, SOLID):
        metrics.append(part.metric("vigia.disk.rotational", float(media == SPINS)))
    celsius, wear = whole(row.get("celsius"), 150), whole(row.get("wear"), 255)
    if celsius:  # 0 where the disk has no sensor
        metrics.append(part.metric("hw.temperature", celsius, "Cel"))
    if wear is not None and media == SOLID:
        metrics.append(
            part.metric("hw.physical_disk.endurance_utilization", max(0.0, 1 - wear / 100), **REMAINING)
        )
    return metrics


class Spaces(Slow):
    """Arrays of Storage Spaces. What may still fail is known while one is healthy; after that, one less."""

    name = "raid:spaces"
    every_s = 600.0

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def read(self, now: datetime) -> Reading:
        rows = listed(told(self._ask, SPACES).get("spaces"), "virtual disks")
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for row in rows[:PARTS_MAX]:
            name, health = word(row.get("name")), whole(row.get("health"), 9)
            state = {HEALTHY: OK, WARNING: DEGRADED, UNHEALTHY: FAILED}.get(-1 if health is None else health)
            if not name or state is None:
                gaps.append(Gap(self.name, f"{name or 'a virtual disk'}: its health is unknown"))
                continue
            metrics += _space(name, state, row).metrics()
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))


def _space(name: str, state: str, row: dict[str, Any]) -> Array:
    members, may = whole(row.get("members"), 1000) or 0, whole(row.get("may"), 9)
    lost = row.get("lost")
    failed = tuple(one for one in lost if isinstance(one, str))[:PARTS_MAX] if isinstance(lost, list) else ()
    left = may if may is None or state == OK else max(0, may - max(1, len(failed)))
    return Array(
        name,
        "spaces",
        word(row.get("level")).lower(),
        state,
        members,
        max(0, members - len(failed)),
        left,
        failed,
    )


class Batteries(Slow):
    """`vigia.battery.health`: what the battery still holds of what it was made for, 0..1."""

    name = "batteries"
    every_s = 12 * 3600.0

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def read(self, now: datetime) -> Reading:
        rows = listed(told(self._ask, BATTERIES).get("cells"), "batteries")
        metrics: list[Metric] = []
        for row in rows[:PARTS_MAX]:
            name = word(row.get("name")) or "battery"
            design, full = whole(row.get("design")), whole(row.get("full"))
            if design and full is not None and full <= 2 * design:
                part = Part(name, "battery", {HW_NAME: name})
                metrics.append(Metric("vigia.battery.health", full / design, "1", part.of))
        return Reading(self.name, now, 0.0, tuple(metrics))
