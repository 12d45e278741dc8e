"""Disks of a real machine: members of arrays fail, an NVMe disk warns, filesystems fill."""

import time

import pytest

from tests.guest.conftest import Begin
from tests.guest.customer import Customer
from tests.guest.machine import Extra

pytestmark = pytest.mark.guest
BY_ID = "/dev/disk/by-id/virtio-"
BAD_SECTOR = 204_800
MIRROR, PARITY = ("m0", "m1"), ("p0", "p1", "p2", "p3")
PREPARE = f"""set -e
mdadm --create /dev/md0 --run --level=1 --raid-devices=2 {" ".join(BY_ID + one for one in MIRROR)}
mdadm --create /dev/md1 --run --level=6 --raid-devices=4 {" ".join(BY_ID + one for one in PARITY)}
mkfs.ext4 -q /dev/md0; mkfs.ext4 -q {BY_ID}full; mkfs.ext4 -q -N 256 {BY_ID}inodes; mkfs.ext4 -q {BY_ID}gone
mkdir -p /srv/full /srv/inodes /srv/gone /srv/books
mount /dev/md0 /srv/books
mount {BY_ID}full /srv/full; mount {BY_ID}inodes /srv/inodes; mount -o errors=remount-ro {BY_ID}gone /srv/gone
mdadm --wait /dev/md0 /dev/md1 || true
"""


@pytest.fixture(scope="module")
def server(begin: Begin) -> Customer:
    """Two arrays, an NVMe disk with one bad sector, three filesystems: all well, and watched for a while."""
    disks = [Extra(name, 64) for name in (*MIRROR, *PARITY, "inodes", "gone")]
    made = begin(*disks, Extra("full", 256), Extra("n0", 128, "nvme", (BAD_SECTOR,)), join=False)
    made.guest.do(PREPARE)
    made.join()
    made.watched(45)
    assert made.walk.incidents("--state", "all") == []
    return made


STORAGE = ("/proc/mdstat", "/sys/block/md*/md/array_state")
MOUNTS = ("/proc/self/mountinfo", "/proc/stat", "/sys/fs/ext4/*/*error*", "/proc/fs/ext4/*/options")
KERNEL = ("kmsg := timeout 2 cat /dev/kmsg | grep -a ^[0-9]",)
ROOM = (
    "statvfs := python3 -c 'import glob, json, os; "  # noqa: ISC004 - one command
    'print(json.dumps({path: list(os.statvfs(path)) for path in ("/", *glob.glob("/srv/*"))}))\'',
)
NVME = ("smartctl -j -i -H -A -d nvme -l ssd /dev/nvme0", "/sys/block/nvme0n1/queue/rotational")


def test_storage_that_fails_in_every_way_is_told_each_by_its_name(server: Customer) -> None:
    """What takes minutes to be believed is broken first, so that all of it waits together."""
    guest, since = server.guest, time.monotonic()
    guest.do("dd if=/dev/zero of=/srv/full/books bs=1M 2>/dev/null || true")
    guest.do("cd /srv/inodes && for n in $(seq 400); do : > f$n; done 2>/dev/null || true")
    guest.nvme_warning("n0", 4)

    record = server.record
    record("storage-whole", *STORAGE)
    at = time.monotonic()
    guest.do(f"mdadm /dev/md1 --fail $(readlink -f {BY_ID}p1)")
    server.sees("md: a member of a RAID 6 fails", "raid.degraded", "md1", "high", since=at)
    record("storage-raid6-one-lost", *STORAGE)
    at = time.monotonic()
    guest.do(f"mdadm /dev/md1 --fail $(readlink -f {BY_ID}p2)")
    server.sees("md: the second one of the RAID 6", "raid.degraded", "md1", "critical", since=at)
    at = time.monotonic()
    guest.do(f"mdadm /dev/md0 --fail $(readlink -f {BY_ID}m1)")
    server.sees("md: a member of a mirror fails", "raid.degraded", "md0", "critical", since=at)
    record("storage-mirror-one-lost", *STORAGE)
    at = time.monotonic()
    guest.unplug("m0")
    guest.run("echo lost > /srv/books/x; sync -f /srv/books")
    server.sees(
        "md: the mirror's other one is pulled out", "raid.degraded", "md0", "critical", since=at, again=2
    )
    record("storage-mirror-both-lost", *STORAGE)

    at = time.monotonic()
    guest.run(
        "for n in 1 2 3; do dd if=/dev/nvme0n1 of=/dev/null bs=4096 skip=25600 count=1 iflag=direct; done"
    )
    server.sees("NVMe: read errors", "disk.kernel_errors", "nvme0n1", "high", since=at)

    at = time.monotonic()
    guest.do("echo 1 > /sys/fs/ext4/$(basename $(readlink -f " + BY_ID + "gone))/trigger_fs_error")
    server.sees("a filesystem goes read-only", "filesystem.readonly", "/srv/gone", "critical", since=at)
    record("storage-read-errors-and-read-only", *STORAGE, *KERNEL, *MOUNTS)

    server.sees("a filesystem is full", "filesystem.space", "/srv/full", "critical", since=since)
    server.sees(
        "a filesystem has no inodes left", "filesystem.inodes", "/srv/inodes", "critical", since=since
    )
    server.sees("NVMe: a critical warning", "nvme.warning", "nvme0", "critical", since=since)
    record("storage-full-and-warning", *ROOM, *NVME)
    server.recorded()
