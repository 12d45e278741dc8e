"""A machine that has one of everything, all of it well: its kernel files, and what its programs print.

Made after the documented formats (kernel's Documentation/ABI, the manual pages of the programs named), not
recorded: no machine has all of this.
"""

# ruff: noqa: E501 - programs print lines as long as they are

import json

UUID = "3f1c6b1e-7a52-4c0e-9b6a-0d5c2f6f1a11"
MDSTAT = """\
Personalities : [raid1] [raid6] [raid5] [raid4] [raid0]
md1 : active raid5 sdd1[3] sdc1[1] sdb2[0]
      2093056 blocks super 1.2 level 5, 512k chunk, algorithm 2 [3/3] [UUU]
      bitmap: 0/8 pages [0KB], 65536KB chunk

md0 : active raid1 sdb1[1] sda1[0]
      1046528 blocks super 1.2 [2/2] [UU]

unused devices: <none>
"""
BTRFS = "sys/fs/btrfs/" + UUID
STATS = "write_errs 0\nread_errs 0\nflush_errs 0\ncorruption_errs 0\ngeneration_errs 0\n"
FILES = {
    "proc/mdstat": MDSTAT,
    "proc/spl/kstat/zfs/tank/state": "ONLINE\n",
    f"{BTRFS}/label": "data\n",
    f"{BTRFS}/allocation/data/raid1/used_bytes": "1\n",
    f"{BTRFS}/allocation/metadata/raid1/used_bytes": "1\n",
    f"{BTRFS}/devices/sde/size": "1\n",
    f"{BTRFS}/devinfo/1/missing": "0\n",
    f"{BTRFS}/devinfo/1/error_stats": STATS,
    f"{BTRFS}/devinfo/2/missing": "0\n",
    f"{BTRFS}/devinfo/2/error_stats": STATS,
    "sys/fs/btrfs/features/raid1c34": "0\n",
    "sys/fs/ext4/md0/errors_count": "0\n",
    "sys/fs/ext4/features/casefold": "supported\n",
    "sys/block/dm-0/dm/name": "vg0-data_rimage_0\n",
    "sys/block/dm-1/dm/name": "vg0-data\n",
    "sys/block/md0/md/array_state": "clean\n",
    "sys/block/md0/md/level": "raid1\n",
    "sys/block/md0/md/degraded": "0\n",
    "sys/block/sda/queue/rotational": "1\n",
    "sys/block/sda/sda1/holders/md0/size": "1\n",
    "sys/block/sdb/queue/rotational": "1\n",
    "sys/block/nvme0n1/queue/rotational": "0\n",
    "sys/bus/pci/drivers/megaraid_sas/0000:03:00.0/vendor": "0x1000\n",
    "sys/bus/pci/drivers/hpsa/0000:05:00.0/vendor": "0x103c\n",
    "sys/devices/system/edac/mc/mc0/ce_count": "0\n",
    "sys/devices/system/edac/mc/mc0/ue_count": "0\n",
    "sys/devices/system/edac/mc/mc0/dimm0/dimm_label": "CPU_SrcID#0_MC#0_Chan#0_DIMM#0\n",
    "sys/devices/system/edac/mc/mc0/dimm0/dimm_ce_count": "0\n",
    "sys/devices/system/edac/mc/mc0/dimm0/dimm_ue_count": "0\n",
    "sys/devices/system/cpu/cpu0/topology/physical_package_id": "0\n",
    "sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count": "12\n",
    "sys/class/hwmon/hwmon0/name": "coretemp\n",
    "sys/class/hwmon/hwmon0/temp1_input": "45000\n",
    "sys/class/hwmon/hwmon0/temp1_label": "Package id 0\n",
    "sys/class/hwmon/hwmon0/temp1_max": "80000\n",
    "sys/class/hwmon/hwmon0/temp1_crit": "100000\n",
    "sys/class/hwmon/hwmon0/temp2_input": "44000\n",
    "sys/class/hwmon/hwmon0/temp2_label": "Core 0\n",
    "sys/class/hwmon/hwmon1/name": "nvme\n",
    "sys/class/hwmon/hwmon1/temp1_input": "38850\n",
    "sys/class/hwmon/hwmon1/temp1_label": "Composite\n",
    "sys/class/hwmon/hwmon1/temp1_max": "81850\n",
    "sys/class/hwmon/hwmon1/temp1_crit": "84850\n",
    "sys/class/hwmon/hwmon1/temp2_input": "65261850\n",
    "sys/class/hwmon/hwmon1/device/nvme0n1/size": "1\n",
    "sys/class/hwmon/hwmon2/name": "drivetemp\n",
    "sys/class/hwmon/hwmon2/temp1_input": "34000\n",
    "sys/class/hwmon/hwmon2/temp1_crit": "70000\n",
    "sys/class/hwmon/hwmon2/device/block/sda/size": "1\n",
    "sys/class/hwmon/hwmon3/name": "nct6775\n",
    "sys/class/hwmon/hwmon3/temp9_input": "109000\n",
    "sys/class/hwmon/hwmon3/temp9_label": "AUXTIN1\n",
    "sys/class/hwmon/hwmon3/temp9_max": "80000\n",
    "sys/class/hwmon/hwmon3/fan1_input": "1180\n",
    "sys/class/hwmon/hwmon3/fan2_input": "0\n",
    "sys/class/hwmon/hwmon3/pwm1": "120\n",
    "sys/class/ipmi/ipmi0/uevent": "DEVNAME=ipmi0\n",
    "sys/class/power_supply/BAT0/type": "Battery\n",
    "sys/class/power_supply/BAT0/present": "1\n",
    "sys/class/power_supply/BAT0/capacity": "97\n",
    "sys/class/power_supply/BAT0/energy_full": "45000000\n",
    "sys/class/power_supply/BAT0/energy_full_design": "50000000\n",
    "sys/class/power_supply/BAT0/model_name": "45N1127\n",
    "sys/class/power_supply/AC/type": "Mains\n",
    "sys/class/power_supply/hidpp_battery_0/type": "Battery\n",
    "sys/class/power_supply/hidpp_battery_0/scope": "Device\n",
    "sys/bus/usb/devices/1-2/idVendor": "051d\n",
}
ZPOOL = """\
  pool: tank
 state: ONLINE
  scan: scrub repaired 0B in 00:00:10 with 0 errors on Sun Nov  8 00:24:11 2026
config:

|NAME        STATE     READ WRITE CKSUM
|tank        ONLINE       0     0     0
|  mirror-0  ONLINE       0     0     0
|    sdf     ONLINE       0     0     0
|    sdg     ONLINE       0     0     0
|logs
|  nvme0n1p4 ONLINE       0     0     0

errors: No known data errors""".replace("|", "\t")
DMSETUP = """\
vg0-data: 0 20971520 raid raid1 2 AA 20971520/20971520 idle 0 0 -
vg0-data_rimage_0: 0 20971520 linear
vg0-swap: 0 4194304 linear
"""


def storcli(volume: str = "Optl", drive: str = "Onln", battery: str = "Optimal") -> str:
    """`storcli64 /call show nolog J` of one controller with a mirror, in those states."""
    return json.dumps({"Controllers": [{
        "Command Status": {"CLI Version": "007.1912.0000.0000", "Controller": 0, "Status": "Success", "Description": "None"},
        "Response Data": {
            "Product Name": "MegaRAID 9361-8i", "Virtual Drives": 1, "Physical Drives": 2,
            "VD LIST": [{"DG/VD": "0/0", "TYPE": "RAID1", "State": volume, "Access": "RW", "Consist": "Yes", "Cache": "RWBD", "Size": "1.818 TB", "Name": ""}],
            "PD LIST": [
                {"EID:Slt": "252:0", "DID": 8, "State": "Onln", "DG": 0, "Size": "1.818 TB", "Model": "ST2000NM0055-1V4104 "},
                {"EID:Slt": "252:1", "DID": 9, "State": drive, "DG": 0, "Size": "1.818 TB", "Model": "ST2000NM0055-1V4104 "},
            ],
            "Cachevault_Info": [{"Model": "CVPM02", "State": battery, "Temp": "28C", "Mode": "-", "MfgDate": "2018/05/30"}],
        },
    }]})  # fmt: skip


def ssacli(volume: str = "OK", drive: str = "OK") -> str:
    return f"""
Smart Array P440ar in Slot 0 (Embedded)  (sn: PDNLH0BRH7V1Q2)

   Internal Drive Cage at Port 1I, Box 1, OK

   Array A (SAS, Unused Space: 0  MB)

      logicaldrive 1 (279.4 GB, RAID 1, {volume})

      physicaldrive 1I:1:1 (port 1I:box 1:bay 1, SAS HDD, 300 GB, OK)
      physicaldrive 1I:1:2 (port 1I:box 1:bay 2, SAS HDD, 300 GB, {drive})

   SEP (Vendor ID PMCSIERA, Model SRCv24x6G) 380 (WWID: 5001438031B7D5F9)
"""


SSACLI_STATUS = """
Smart Array P440ar in Slot 0 (Embedded)
   Controller Status: OK
   Cache Status: OK
   Battery/Capacitor Status: OK
"""
SCAN = json.dumps({
    "json_format_version": [1, 0], "smartctl": {"version": [7, 3], "exit_status": 0},
    "devices": [{"name": "/dev/sda", "info_name": "/dev/sda [SAT]", "type": "sat", "protocol": "ATA"},
                {"name": "/dev/sdb", "info_name": "/dev/sdb [SAT]", "type": "sat", "protocol": "ATA"},
                {"name": "/dev/nvme0", "info_name": "/dev/nvme0", "type": "nvme", "protocol": "NVMe"}],
})  # fmt: skip


def ata(device: str = "/dev/sda", *, passed: bool = True, celsius: int = 34, **raw: int) -> str:
    """`smartctl -j -i -H -A` of a hard disk; `raw` values by "a197" and the like."""
    names = {5: "Reallocated_Sector_Ct", 187: "Reported_Uncorrect", 188: "Command_Timeout",
             197: "Current_Pending_Sector", 198: "Offline_Uncorrectable"}  # fmt: skip
    rows = [{"id": number, "name": name, "value": 100, "worst": 100, "thresh": 10, "when_failed": "",
             "raw": {"value": raw.get(f"a{number}", 0), "string": str(raw.get(f"a{number}", 0))}}
            for number, name in names.items()]  # fmt: skip
    return json.dumps({
        "json_format_version": [1, 0], "smartctl": {"version": [7, 3], "exit_status": 0 if passed else 8},
        "device": {"name": device, "info_name": f"{device} [SAT]", "type": "sat", "protocol": "ATA"},
        "model_name": "ST4000VN008-2DR166", "serial_number": "ZDH1A2B3", "rotation_rate": 5980,
        "smart_status": {"passed": passed}, "ata_smart_attributes": {"revision": 10, "table": rows},
        "power_on_time": {"hours": 20123}, "temperature": {"current": celsius},
    })  # fmt: skip


def nvme(*, warning: int = 0, spare: int = 100, used: int = 3, media: int = 0, celsius: int = 38) -> str:
    """The same of an NVMe disk."""
    return json.dumps({
        "json_format_version": [1, 0], "smartctl": {"version": [7, 3], "exit_status": 0},
        "device": {"name": "/dev/nvme0", "info_name": "/dev/nvme0", "type": "nvme", "protocol": "NVMe"},
        "model_name": "Samsung SSD 980 PRO 1TB", "serial_number": "S5GXNX0R123456",
        "smart_status": {"passed": warning == 0, "nvme": {"value": warning}},
        "nvme_smart_health_information_log": {
            "critical_warning": warning, "temperature": celsius, "available_spare": spare, "available_spare_threshold": 10,
            "percentage_used": used, "data_units_read": 1, "media_errors": media, "num_err_log_entries": 5},
        "temperature": {"current": celsius}, "power_on_time": {"hours": 812},
    })  # fmt: skip


SLEEPING = json.dumps({
    "json_format_version": [1, 0],
    "smartctl": {"version": [7, 3], "messages": [{"string": "Device is in STANDBY mode, exit(3)", "severity": "information"}], "exit_status": 3},
    "device": {"name": "/dev/sdb", "info_name": "/dev/sdb [SAT]", "type": "sat", "protocol": "ATA"},
})  # fmt: skip
SDR = """\
CPU1 Temp        | 01h | ok  |  3.1 | 45 degrees C
FAN1             | 41h | ok  | 29.1 | 3300 RPM
FAN2             | 42h | ns  | 29.2 | No Reading
PS1 Status       | C8h | ok  | 10.1 | Presence detected
12V              | 30h | ok  |  7.17 | 12.13 Volts
"""
CHASSIS = """\
System Power         : on
Power Overload       : false
Power Interlock      : inactive
Main Power Fault     : false
Power Control Fault  : false
Chassis Intrusion    : inactive
Drive Fault          : false
Cooling/Fan Fault    : false
"""
SEL = """\
   1 | 05/02/2025 | 08:11:12 | Event Logging Disabled SEL | Log area reset/cleared | Asserted
   2 | 06/11/2025 | 17:40:01 | Power Supply PS1 Status | Power Supply AC lost | Asserted
   3 | 06/11/2025 | 17:52:44 | Power Supply PS1 Status | Power Supply AC lost | Deasserted
"""


def nut(status: str = "OL", charge: int = 100) -> str:
    """`upsc NAME`."""
    return f"""\
battery.charge: {charge}
battery.charge.low: 10
battery.runtime: 1830
device.mfr: EATON
device.model: Ellipse PRO 1200
driver.name: usbhid-ups
ups.load: 18
ups.status: {status}
"""


def apc(status: str = "ONLINE", charge: str = "100.0") -> str:
    """`apcaccess status`."""
    return f"""\
APC      : 001,036,0877
VERSION  : 3.14.14 (31 May 2016) debian
UPSNAME  : desk
MODEL    : Back-UPS XS 950U
STATUS   : {status}
BCHARGE  : {charge} Percent
TIMELEFT : 45.5 Minutes
STATFLAG : 0x05000008
"""


ANSWERS = {
    "zpool status": ZPOOL,
    "dmsetup status": DMSETUP,
    "storcli64 /call show nolog J": storcli(),
    "ssacli controller all show config": ssacli(),
    "ssacli controller all show status": SSACLI_STATUS,
    "smartctl --scan-open -j": SCAN,
    "smartctl -j -i -H -A -d sat -n standby,3 /dev/sda": ata(),
    "smartctl -j -i -H -A -d sat -n standby,3 /dev/sdb": ata("/dev/sdb"),
    "smartctl -j -i -H -A -d nvme -l ssd /dev/nvme0": nvme(),
    "ipmitool sdr elist": SDR,
    "ipmitool chassis status": CHASSIS,
    "ipmitool sel elist last 64": SEL,
    "upsc -l": "ups\n",
    "upsc ups": nut(),
    "apcaccess status": apc(),
}
