"""What must raise each rule about the system, and what must not: from samples, read by the collectors."""

# ruff: noqa: E501 - the kernel's lines are as long as they are

from agent.role import Role
from tests.agent.rules.system.samples import (
    Kind,
    backup,
    bond,
    certificate,
    clock,
    handles,
    kernel,
    links,
    logins,
    measured,
    own,
    protection,
    reach,
    status,
    units,
    updates,
)

MINUTE, HOUR = 60.0, 3600.0
LOOK = 10.0
SERVER, DESKTOP, LAPTOP = Role.SERVER, Role.DESKTOP, Role.LAPTOP
READ_ERROR = "I/O error, dev sda, sector 123456 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2"
OLD_READ_ERROR = "blk_update_request: critical medium error, dev sda, sector 123456 op 0x0:(READ) flags 0x0"
NVME_RESET = "nvme nvme0: I/O 12 QID 3 timeout, reset controller"
EXT4_ERROR = (
    "EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm smbd: reading directory lblock 0"
)
REMOUNT = "EXT4-fs (sda1): Remounting filesystem read-only"
JOURNAL = "Aborting journal on device sda1-8."
XFS = "XFS (sdb1): Corruption of in-memory data (0x8) detected at xfs_trans_cancel+0x10f/0x130 [xfs] (fs/xfs/xfs_trans.c:1115).  Shutting down filesystem."
CPER = "{1}[Hardware Error]: event severity: fatal"
AER = "pcieport 0000:00:1c.0: PCIe Bus Error: severity=Uncorrected (Non-Fatal), type=Transaction Layer, (Requester ID)"
CORRECTED = "mce: [Hardware Error]: CPU 2: Machine Check: 0 Bank 7: 8c00004000010091"
CONTEXT = "mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 5: be00000000800400"
HUNG = "INFO: task jbd2/sda1-8:211 blocked for more than 120 seconds."
LOCKUP = "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [kworker/1:0:17]"
BOOT = (
    "ata1: SATA link up 6.0 Gbps (SStatus 133 SControl 300)",
    "EXT4-fs (sda1): mounted filesystem with ordered data mode. Quota mode: none.",
    "EXT4-fs (sda1): re-mounted 1b4e28ba ro. Quota mode: none.",
    "usb 1-1: reset high-speed USB device number 2 using xhci_hcd",
    "I/O error, dev sr0, sector 0 op 0x0:(READ) flags 0x0",
)

RAISES: list[tuple[str, Role, list[tuple[Kind, float]], str]] = [
    ("disk.kernel_errors", SERVER, [(kernel(READ_ERROR, OLD_READ_ERROR, READ_ERROR), LOOK)], "high"),
    ("disk.kernel_errors", SERVER, [(kernel(*[NVME_RESET] * 3), LOOK)], "high"),
    ("disk.kernel_errors", SERVER, [(kernel(*[EXT4_ERROR] * 3), LOOK)], "high"),
    ("disk.kernel_errors", SERVER, [(kernel(REMOUNT), LOOK)], "critical"),
    ("disk.kernel_errors", LAPTOP, [(kernel(JOURNAL), LOOK)], "critical"),
    ("disk.kernel_errors", SERVER, [(kernel(XFS), LOOK)], "critical"),
    ("hardware.error", SERVER, [(kernel(CPER), LOOK)], "critical"),
    ("hardware.error", SERVER, [(kernel(CONTEXT), LOOK)], "critical"),
    ("hardware.error", SERVER, [(kernel(AER), LOOK)], "high"),
    ("hardware.error", SERVER, [(kernel(CORRECTED), LOOK)], "normal"),
    ("kernel.freeze", SERVER, [(kernel(HUNG), LOOK)], "high"),
    ("kernel.freeze", SERVER, [(kernel(*[LOCKUP] * 5), LOOK)], "critical"),
    ("unit.failed", SERVER, [(units("till.service"), LOOK)], "high"),
    ("unit.crash_loop", SERVER, [(units(restarts={"till.service": 1}), MINUTE), (units(restarts={"till.service": 5}), LOOK)], "high"),
    ("protection.off", SERVER, [(protection(active="inactive"), 2 * MINUTE)], "high"),
    ("protection.off", DESKTOP, [(protection(file="disabled"), LOOK), (protection(active="inactive", file="disabled"), 2 * MINUTE)], "high"),
    ("logins.failed", SERVER, [(logins(25), LOOK)], "normal"),
    ("logins.failed", SERVER, [(logins(130), LOOK)], "high"),
    ("reach.lost", SERVER, [(reach(), 3 * MINUTE)], "critical"),
    ("reach.lost", DESKTOP, [(reach("gateway"), 3 * MINUTE)], "high"),
    ("reach.lost", SERVER, [(reach("gateway", "internet"), 3 * MINUTE)], "critical"),
    ("network.bond", SERVER, [(bond(True, False), 2 * MINUTE)], "high"),
    ("network.bond", SERVER, [(bond(True, True), LOOK), (bond(True), 2 * MINUTE)], "high"),
    ("network.speed", SERVER, [(links(), LOOK), (links(100), 11 * MINUTE)], "normal"),
    ("network.speed", DESKTOP, [(links(duplex="half"), 11 * MINUTE)], "normal"),
    ("time.sync", SERVER, [(clock(120.0), 3 * MINUTE)], "high"),
    ("time.sync", SERVER, [(measured(-31_536_000.0), 3 * MINUTE)], "high"),
    ("time.sync", SERVER, [(clock(1.5), 11 * MINUTE)], "normal"),
    ("certificate.expiry", SERVER, [(certificate(20), LOOK)], "normal"),
    ("certificate.expiry", SERVER, [(certificate(6), LOOK)], "high"),
    ("certificate.expiry", LAPTOP, [(certificate(2), LOOK)], "critical"),
    ("certificate.expiry", SERVER, [(certificate(-1), LOOK)], "critical"),
    ("backup.state", SERVER, [(backup(30), LOOK)], "high"),
    ("backup.state", SERVER, [(backup(80), LOOK)], "critical"),
    ("backup.state", SERVER, [(backup(), LOOK)], "critical"),
    ("backup.state", SERVER, [(backup(2, 26, sizes=(400, 1000)), LOOK)], "normal"),
    ("backup.state", SERVER, [(status("failed: no space left"), LOOK)], "high"),
    ("updates.pending", SERVER, [(updates(reboot_days=2), LOOK)], "normal"),
    ("updates.pending", SERVER, [(updates(reboot_days=31), LOOK)], "high"),
    ("updates.pending", LAPTOP, [(updates(critical=1), LOOK)], "high"),
    ("handles.used", SERVER, [(handles(threads=30_000), 3 * MINUTE)], "high"),
    ("handles.used", SERVER, [(handles(files=9500), 3 * MINUTE)], "high"),
    ("agent.own", SERVER, [(own(110), 16 * MINUTE)], "normal"),
    ("agent.own", SERVER, [(own(62, limit_mib=64), 6 * MINUTE)], "high"),
]  # fmt: skip

KEEPS_QUIET: list[tuple[str, Role, list[tuple[Kind, float]]]] = [
    ("disk.kernel_errors", SERVER, [(kernel(*BOOT), HOUR)]),
    ("disk.kernel_errors", SERVER, [(kernel(READ_ERROR, READ_ERROR), HOUR)]),
    ("hardware.error", SERVER, [(kernel(*BOOT), HOUR)]),
    ("kernel.freeze", SERVER, [(kernel(*BOOT), HOUR)]),
    ("unit.failed", SERVER, [(units(), HOUR)]),
    ("unit.crash_loop", SERVER, [(units(restarts={"till.service": 40}), HOUR)]),
    ("unit.crash_loop", SERVER, [(units(restarts={"till.service": 1}), MINUTE), (units(restarts={"till.service": 3}), HOUR)]),
    ("unit.crash_loop", SERVER, [(units(restarts={"till.service": 1}), MINUTE), (units("till.service", {"till.service": 9}), HOUR)]),
    ("protection.off", SERVER, [(protection(active="inactive", file="disabled"), HOUR)]),
    ("protection.off", SERVER, [(protection(active="inactive"), LOOK), (protection(), HOUR)]),
    ("logins.failed", SERVER, [(logins(10), HOUR)]),
    ("reach.lost", SERVER, [(reach("gateway", "dns", "internet"), HOUR)]),
    ("reach.lost", SERVER, [(reach(), MINUTE), (reach("gateway", "dns", "internet"), HOUR)]),
    ("network.bond", SERVER, [(bond(True, True), HOUR)]),
    ("network.speed", SERVER, [(links(), HOUR)]),
    ("network.speed", LAPTOP, [(links(), LOOK), (links(100), HOUR)]),
    ("time.sync", SERVER, [(clock(0.3), HOUR)]),
    ("time.sync", SERVER, [(measured(1.9), HOUR)]),
    ("time.sync", SERVER, [(clock(leap="Not synchronised"), 2 * HOUR)]),
    ("certificate.expiry", SERVER, [(certificate(60), HOUR)]),
    ("backup.state", SERVER, [(backup(20, 44), MINUTE)]),
    ("backup.state", SERVER, [(backup(100, every_hours=168), MINUTE)]),
    ("backup.state", SERVER, [(status("OK\n"), MINUTE)]),
    ("updates.pending", SERVER, [(updates(), MINUTE)]),
    ("updates.pending", SERVER, [(updates(security=3), MINUTE)]),
    ("handles.used", SERVER, [(handles(), HOUR)]),
    ("agent.own", SERVER, [(own(), HOUR)]),
]  # fmt: skip
