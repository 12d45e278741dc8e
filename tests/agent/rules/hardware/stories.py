"""What must raise each rule about hardware, and what must not: from samples, read by the collectors."""

# ruff: noqa: E501 - kernels and programs print lines as long as they are

from agent.role import Role
from tests.agent.collectors.hardware.shelf import CHASSIS, MDSTAT, SDR, SEL, ZPOOL
from tests.agent.rules.hardware.samples import (
    Kind,
    apc,
    battery,
    btrfs,
    edac,
    ext4,
    heat,
    ipmi,
    lvm,
    md,
    no_smartctl,
    nut,
    nvme,
    sda,
    sensors,
    sleeping,
    ssacli,
    storcli,
    zfs,
)
from tests.agent.rules.system.samples import kernel
from tests.agent.rules.system.stories import READ_ERROR

MINUTE = 60.0
LONG = 20 * MINUTE  # longer than any hold
LOOK = 10.0
SERVER, DESKTOP, LAPTOP = Role.SERVER, Role.DESKTOP, Role.LAPTOP


def mdstat(head: str, counts: str, more: str = "") -> str:
    return f"Personalities : [raid1] [raid6] [raid10] [raid0]\n{head}\n      2093056 blocks super 1.2 {counts}\n{more}\nunused devices: <none>\n"


MIRROR = mdstat("md0 : active raid1 sdb1[1](F) sda1[0]", "[2/1] [U_]")
RAID6 = mdstat("md0 : active raid6 sdd1[3] sdc1[2](F) sdb1[1] sda1[0]", "level 6, 512k chunk, algorithm 2 [4/3] [UU_U]",
               "      [==>..................]  recovery = 12.6% (37043392/292945152) finish=127.5min speed=33440K/sec\n")  # fmt: skip
RAID10 = mdstat(
    "md0 : active raid10 sdd1[3] sdc1[2](F) sdb1[1] sda1[0]", "512K chunks 2 near-copies [4/3] [UU_U]"
)
SPARED = mdstat("md0 : active raid1 sdc1[2] sdb1[1](F) sda1[0]", "[2/2] [UU]")
INACTIVE = mdstat("md0 : inactive sdb1[1](S)", "")
FIRMWARE = mdstat("md127 : inactive sda[1](S) sdb[0](S)", "super external:imsm") + MDSTAT.split("\n", 1)[1]
RESYNC = mdstat(
    "md0 : active raid1 sdb1[1] sda1[0]",
    "[2/2] [UU]",
    "      [>....................]  resync =  1.2% (1/2) finish=9min speed=1K/sec\n",
)
ZPOOL_DEGRADED = (
    ZPOOL.replace(" state: ONLINE", " state: DEGRADED")
    .replace("tank        ONLINE", "tank        DEGRADED")
    .replace("sdg     ONLINE", "sdg     UNAVAIL")
)
ZPOOL_RAIDZ2 = ZPOOL_DEGRADED.replace("mirror-0", "raidz2-0").replace(
    "\t    sdf",
    "\t    sdh     ONLINE       0     0     0\n\t    sdi     ONLINE       0     0     0\n\t    sdf",
)
ZPOOL_SUSPENDED = ZPOOL.replace(" state: ONLINE", " state: SUSPENDED")
ZPOOL_ERRORS = ZPOOL.replace("sdg     ONLINE       0     0     0", "sdg     ONLINE       0     0    14")
LVM_LOST = "vg0-data: 0 20971520 raid raid1 2 AD 20971520/20971520 idle 0 0 -\n"
LVM_SYNC = "vg0-data: 0 20971520 raid raid1 2 Aa 1024/20971520 recover 0 0 -\n"
PSU = SDR.replace("Presence detected", "Presence detected, Failure detected")
FAN_CRITICAL = SDR.replace("| ok  | 29.1 | 3300 RPM", "| cr  | 29.1 | 0 RPM")
FAN_WARNING = SDR.replace("| ok  | 29.1 | 3300 RPM", "| nc  | 29.1 | 600 RPM")
NEW_EVENT = (
    SEL + "   4 | 03/02/2026 | 09:00:01 | Memory #0x01 | Uncorrectable ECC (Uncorrectable ECC) | Asserted\n"
)
HOTTER = [(sensors(throttles=number), LOOK * 6) for number in range(100, 110)]

Steps = list[tuple[Kind, float]]
RAISES: list[tuple[str, Role, Steps, str]] = [
    ("raid.degraded", SERVER, [(md(MIRROR), LOOK)], "critical"),
    ("raid.degraded", LAPTOP, [(md(MIRROR), LOOK)], "critical"),
    ("raid.degraded", SERVER, [(md(RAID6), LOOK)], "high"),
    ("raid.degraded", SERVER, [(md(RAID10), LOOK)], "critical"),
    ("raid.degraded", SERVER, [(md(RAID10.replace("2 near", "3 near").replace("[4/3] [UU_U]", "[3/2] [UU_]")), LOOK)], "high"),
    ("raid.degraded", SERVER, [(md(INACTIVE), LOOK)], "critical"),
    ("raid.degraded", SERVER, [(md(SPARED), LOOK)], "normal"),
    ("raid.degraded", SERVER, [(zfs(ZPOOL_DEGRADED), LOOK)], "critical"),
    ("raid.degraded", SERVER, [(zfs(ZPOOL_RAIDZ2), LOOK)], "high"),
    ("raid.degraded", SERVER, [(zfs(ZPOOL_SUSPENDED), LOOK)], "critical"),
    ("raid.degraded", SERVER, [(btrfs(missing="1\n"), LOOK)], "critical"),
    ("raid.degraded", SERVER, [(lvm(LVM_LOST), LOOK)], "critical"),
    ("raid.degraded", SERVER, [(lvm(LVM_LOST.replace("raid1 2 AD", "raid6_zr 5 AAADA")), LOOK)], "high"),
    ("raid.degraded", SERVER, [(storcli(volume="Dgrd", drive="UBad"), LOOK)], "high"),
    ("raid.degraded", SERVER, [(storcli(volume="OfLn"), LOOK)], "critical"),
    ("raid.degraded", SERVER, [(ssacli(volume="Interim Recovery Mode", drive="Failed"), LOOK)], "high"),
    ("raid.degraded", SERVER, [(ssacli(volume="Failed"), LOOK)], "critical"),
    ("raid.drive", SERVER, [(storcli(drive="UBad"), LOOK)], "high"),
    ("raid.drive", SERVER, [(ssacli(drive="Predictive Failure"), LOOK)], "high"),
    ("raid.errors", SERVER, [(zfs(ZPOOL), LONG), (zfs(ZPOOL_ERRORS), LOOK)], "high"),
    ("raid.errors", SERVER, [(btrfs(), LONG), (btrfs(corrupt=3), LOOK)], "high"),
    ("raid.battery", SERVER, [(storcli(battery="Failed"), 2 * MINUTE)], "high"),
    ("smart.failed", SERVER, [(sda(passed=False, redundant=False), LOOK)], "critical"),
    ("smart.failed", SERVER, [(sda(passed=False), LOOK)], "high"),
    ("smart.sectors", SERVER, [(sda(a197=2), LOOK)], "normal"),
    ("smart.sectors", SERVER, [(sda(a187=1), LOOK)], "normal"),
    ("smart.sectors", SERVER, [(sda(a5=3), LONG), (sda(a5=4), LOOK)], "normal"),
    ("smart.sectors", SERVER, [(sda(a197=2), LONG), (sda(a197=3), LOOK)], "high"),
    ("smart.sectors", DESKTOP, [(sda(a198=11), LOOK)], "high"),
    ("smart.sectors", SERVER, [(sda(a197=2), LONG), (kernel(READ_ERROR), LOOK), (sda(a197=3), LOOK)], "critical"),
    ("smart.sectors", SERVER, [(kernel(READ_ERROR), LOOK), (sda(a197=2), LOOK)], "normal"),
    ("nvme.warning", SERVER, [(nvme(warning=4), LOOK)], "critical"),
    ("nvme.warning", SERVER, [(nvme(spare=9), LOOK)], "critical"),
    ("nvme.media_errors", SERVER, [(nvme(media=7), LONG), (nvme(media=8), LOOK)], "high"),
    ("disk.wear", SERVER, [(nvme(used=90), LOOK)], "high"),
    ("disk.wear", SERVER, [(nvme(used=140), LOOK)], "high"),
    ("disk.temperature", SERVER, [(sda(celsius=62), 11 * MINUTE)], "high"),
    ("disk.temperature", SERVER, [(heat(nvme=71_850), 11 * MINUTE)], "high"),
    ("disk.temperature", SERVER, [(heat(sda=70_000), LOOK)], "critical"),
    ("filesystem.errors", SERVER, [(ext4(0), LONG), (ext4(1), LOOK)], "high"),
    ("filesystem.errors", SERVER, [(ext4(5), LOOK)], "normal"),
    ("ecc.errors", SERVER, [(edac(uncorrected=1), LOOK)], "critical"),
    ("ecc.errors", SERVER, [(edac(corrected=1), LONG), (edac(corrected=60), LOOK)], "high"),
    ("ecc.errors", SERVER, [(edac(), LONG), (edac(corrected=1), LOOK)], "normal"),
    ("temperature.high", SERVER, [(sensors(cpu=85_000), 6 * MINUTE)], "high"),
    ("temperature.high", LAPTOP, [(sensors(cpu=100_000), LOOK)], "critical"),
    ("cpu.throttled", SERVER, HOTTER, "high"),
    ("cpu.throttled", DESKTOP, HOTTER, "normal"),
    ("fan.stopped", SERVER, [(sensors(), 5 * MINUTE), (sensors(fan=0), 3 * MINUTE)], "high"),
    ("fan.stopped", LAPTOP, [(sensors(), 5 * MINUTE), (sensors(fan=0, cpu=90_000), 3 * MINUTE)], "critical"),
    ("ipmi.sensor", SERVER, [(ipmi(sdr=PSU), LOOK)], "high"),
    ("ipmi.sensor", SERVER, [(ipmi(sdr=FAN_CRITICAL), LOOK)], "high"),
    ("ipmi.sensor", SERVER, [(ipmi(chassis=CHASSIS.replace("Fan Fault    : false", "Fan Fault    : true")), LOOK)], "critical"),
    ("ipmi.events", SERVER, [(ipmi(), LONG), (ipmi(sel=NEW_EVENT), LOOK)], "high"),
    ("ups.battery", SERVER, [(nut("OB DISCHRG", 90), 3 * MINUTE)], "high"),
    ("ups.battery", SERVER, [(nut("OB DISCHRG", 24), LOOK)], "critical"),
    ("ups.battery", SERVER, [(nut("OB DISCHRG LB", 60), LOOK)], "critical"),
    ("ups.battery", DESKTOP, [(apc("ONBATT"), 3 * MINUTE)], "high"),
    ("battery.wear", LAPTOP, [(battery(20_000_000), LOOK)], "normal"),
]  # fmt: skip

KEEPS_QUIET: list[tuple[str, Role, Steps]] = [
    ("raid.degraded", SERVER, [(md(MDSTAT), LONG)]),
    ("raid.degraded", SERVER, [(md(FIRMWARE), LONG)]),
    ("raid.degraded", SERVER, [(md(RESYNC), LONG)]),
    ("raid.degraded", SERVER, [(zfs("no pools available\n"), LONG), (lvm(LVM_SYNC), LONG)]),
    ("raid.drive", SERVER, [(storcli(drive="Rbld"), LONG)]),
    ("raid.drive", SERVER, [(md(MIRROR), LONG)]),
    ("raid.errors", SERVER, [(zfs(ZPOOL_ERRORS), LONG), (zfs(ZPOOL), LONG)]),
    ("raid.battery", SERVER, [(storcli(battery="Learn"), LONG)]),
    ("raid.battery", SERVER, [(storcli(battery="Degraded"), LOOK), (storcli(), LONG)]),
    ("smart.failed", SERVER, [(sda(a197=50), LONG)]),
    ("smart.failed", SERVER, [(nvme(warning=4), LONG)]),
    ("smart.failed", SERVER, [(no_smartctl(), LONG), (sleeping(), LONG)]),
    ("smart.sectors", SERVER, [(sda(a5=8), LONG)]),
    ("smart.sectors", SERVER, [(sleeping(), LONG)]),
    ("smart.sectors", SERVER, [(kernel(*[READ_ERROR] * 5), LOOK), (sda(a5=8), LONG)]),
    ("nvme.warning", SERVER, [(nvme(spare=10), LONG)]),
    ("nvme.media_errors", SERVER, [(nvme(media=7), LONG)]),
    ("disk.wear", SERVER, [(nvme(used=89), LONG)]),
    ("disk.temperature", SERVER, [(sda(celsius=62), 9 * MINUTE), (sda(celsius=50), LONG)]),
    ("disk.temperature", SERVER, [(heat(nvme=68_850, sda=59_000), LONG)]),
    ("disk.temperature", SERVER, [(heat(solid=True, sda=65_000), LONG)]),
    ("filesystem.errors", SERVER, [(ext4(0), LONG)]),
    ("ecc.errors", SERVER, [(edac(), LONG)]),
    ("temperature.high", SERVER, [(sensors(cpu=85_000), 4 * MINUTE), (sensors(), LONG)]),
    ("temperature.high", LAPTOP, [(sensors(cpu=85_000), 14 * MINUTE), (sensors(), LONG)]),
    ("cpu.throttled", LAPTOP, HOTTER),
    ("cpu.throttled", SERVER, [(sensors(throttles=5), LONG), (sensors(throttles=900), LONG)]),
    ("fan.stopped", SERVER, [(sensors(fan=0), LONG)]),
    ("fan.stopped", SERVER, [(sensors(), 5 * MINUTE), (sensors(fan=0, pwm=0), LONG)]),
    ("fan.stopped", LAPTOP, [(sensors(), 5 * MINUTE), (sensors(fan=0), LONG)]),
    ("ipmi.sensor", SERVER, [(ipmi(sdr=FAN_WARNING), LONG)]),
    ("ipmi.events", SERVER, [(ipmi(sel=NEW_EVENT), LONG)]),
    ("ups.battery", SERVER, [(nut("OB DISCHRG", 95), MINUTE), (nut("OL CHRG", 20), LONG)]),
    ("ups.battery", SERVER, [(apc("COMMLOST"), LONG)]),
    ("ups.battery", SERVER, [(nut("OB CAL LB", 15), LONG), (apc("CAL ONBATT LOWBATT", "9.0"), LONG)]),
    ("battery.wear", LAPTOP, [(battery(30_000_000), LONG)]),
]  # fmt: skip
