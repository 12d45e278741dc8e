"""The guest's disk, built once: Debian by debootstrap, then the agent in a virtual environment of its own.

Two disks, each kept under a hash of what it was made of: `base` (Debian, tools, the agent's four packages)
takes minutes and lasts until its recipe or a lock changes; `agent` is a copy of it with today's wheel. Both
are raw ext4 without partitions; scenarios write into overlays. The mirror is the one this machine's apt uses.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import getsource
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUITE = "bookworm"  # its Python is the oldest that the agent supports
PACKAGES = (
    "systemd-sysv", "systemd-timesyncd", "udev", "dbus", "kmod", "procps", "iproute2", "iputils-ping",
    "linux-image-amd64", "initramfs-tools", "zstd", "mdadm", "nvme-cli", "smartmontools", "e2fsprogs",
    "python3", "python3-venv", "openssh-server", "openssl", "ca-certificates",
)  # fmt: skip
SIZE = "3G"
KEPT = 3
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
PLATFORMS = tuple(f"manylinux_2_{minor}_x86_64" for minor in (17, 28, 34))
SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])

# Which adapter is which is told by its address: the customer's cable, and ours to look in while it is pulled.
CABLE_MAC, CONTROL_MAC = "52:54:00:00:00:01", "52:54:00:00:00:02"
FILES = {
    "etc/hostname": "caja-1\n",
    "etc/hosts": "127.0.0.1 localhost\n127.0.1.1 caja-1\n",
    "etc/fstab": "LABEL=root / ext4 errors=remount-ro 0 1\n",
    "etc/resolv.conf": "nameserver 10.0.2.3\n",
    "etc/systemd/network/10-cable.network": f"[Match]\nMACAddress={CABLE_MAC}\n[Network]\n"
    "Address=10.0.2.15/24\nGateway=10.0.2.2\nDNS=10.0.2.3\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n",
    "etc/systemd/network/20-control.network": f"[Match]\nMACAddress={CONTROL_MAC}\n[Network]\n"
    "Address=10.0.3.15/24\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n",
    "etc/systemd/system.conf.d/quick.conf": "[Manager]\nDefaultTimeoutStopSec=20s\n",
    "etc/systemd/journald.conf.d/keep.conf": "[Journal]\nStorage=persistent\nSystemMaxUse=64M\n",
    "etc/systemd/timesyncd.conf.d/nobody.conf": "[Time]\nNTP=10.0.2.2\nFallbackNTP=\n",
    "etc/ssh/sshd_config.d/guest.conf": "UseDNS no\nPermitRootLogin prohibit-password\n",
    "etc/initramfs-tools/conf.d/small": "MODULES=list\nCOMPRESS=zstd\n",
    "etc/initramfs-tools/modules": "virtio_pci\nvirtio_blk\next4\n",
    "etc/mdadm/mdadm.conf": "MAILADDR root\n",
}
# What looks for updates, tidies or indexes by itself has nothing to do here and would stir the comparison.
MASKED = (
    "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer",
    "e2scrub_reap.service", "fstrim.timer", "systemd-networkd-wait-online.service", "mdcheck_start.timer",
)  # fmt: skip


class Unbuilt(Exception):
    """The disk could not be built; the message says at which step, and what was printed."""


@dataclass(frozen=True, slots=True)
class Disk:
    """What a guest boots from. `key` opens its root by ssh."""

    raw: Path
    kernel: Path
    initrd: Path
    key: Path


def cache() -> Path:
    """VIGIA_GUEST_CACHE, or a folder of our own in the user's cache."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("VIGIA_GUEST_CACHE") or Path(home) / "vigia" / "guest")


def disk() -> Disk:
    """The disk with the agent of this tree in it, built when it is not there. Raises Unbuilt."""
    base = _base()
    wheel = _wheel()
    name = f"agent-{_digest(base.name.encode(), wheel.read_bytes())}.raw"
    made = cache() / name
    if not made.exists():
        print("guest: today's agent goes onto the disk", flush=True)
        part = made.with_suffix(".part")
        _run(["cp", "--sparse=always", "--reflink=auto", str(base / "disk.raw"), str(part)])
        with _mounted(part) as root:
            shutil.copy(wheel, root / "root")
            _install(root, ["--no-deps", f"/root/{wheel.name}"])
            (root / "root" / wheel.name).unlink()
        part.replace(made)
        _keep_newest("agent-*.raw")
    return Disk(made, base / "vmlinuz", base / "initrd.img", base / "key")


def _base() -> Path:
    lock = (ROOT / "requirements/agent.txt").read_bytes()
    words = repr(
        (SUITE, PACKAGES, SIZE, sorted(FILES.items()), MASKED, getsource(_furnish), getsource(_fill))
    )
    made = cache() / f"base-{_digest(words.encode(), lock)}"
    if made.is_dir():
        return made
    if os.geteuid() != 0:
        raise Unbuilt("the guest's disk is built by debootstrap, which needs root: sudo make guest")
    part = made.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    root = part / "root"
    print(f"guest: Debian {SUITE} by debootstrap, some minutes", flush=True)
    _run(["debootstrap", "--variant=minbase", f"--keyring={KEYRING}", f"--include={','.join(PACKAGES)}",
          SUITE, str(root), mirror()])  # fmt: skip
    print("guest: its settings, its keys and the agent's packages", flush=True)
    _furnish(root, part / "key")
    _fill(root, part / "wheels")
    for name in ("vmlinuz", "initrd.img"):
        shutil.copy(root / name, part / name)
    _run(["mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", str(root), str(part / "disk.raw"), SIZE])
    shutil.rmtree(root)
    part.replace(made)
    return made


def _furnish(root: Path, key: Path) -> None:
    for name, content in FILES.items():
        path = root / name
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    units = root / "etc/systemd/system"
    for unit in MASKED:
        (units / unit).unlink(missing_ok=True)
        (units / unit).symlink_to("/dev/null")
    _run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)])
    home = root / "root/.ssh"
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "authorized_keys").write_bytes(key.with_suffix(".pub").read_bytes())
    (root / "var/log/journal").mkdir(exist_ok=True)
    for words in (
        ["systemctl", "enable", "systemd-networkd.service", "systemd-timesyncd.service", "ssh.service"],
        ["update-initramfs", "-u"],
        ["apt-get", "clean"],
    ):
        _inside(root, words)


def _fill(root: Path, wheels: Path) -> None:
    """The agent's four packages by their hashes, into the environment that a customer would make."""
    lock = ROOT / "requirements/agent.txt"
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    _run([
        sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary", ":all:",
        "--python-version", "3.11", "--implementation", "cp", *platforms, "-r", str(lock), "-d", str(wheels),
    ])  # fmt: skip
    shutil.copytree(wheels, root / "root/wheels")
    shutil.copy(lock, root / "root/agent.txt")
    _inside(root, ["python3", "-m", "venv", "/opt/vigia-agent"])
    _install(root, ["--find-links", "/root/wheels", "--require-hashes", "-r", "/root/agent.txt"])
    shutil.rmtree(root / "root/wheels")
    (root / "root/agent.txt").unlink()
    (root / "usr/local/bin/vigia-agent").symlink_to("/opt/vigia-agent/bin/vigia-agent")


def _install(root: Path, words: Sequence[str]) -> None:
    _inside(root, ["/opt/vigia-agent/bin/pip", "install", "--quiet", "--no-index", "--no-cache-dir", *words])


def _wheel() -> Path:
    """Today's wheel of the customer, as `make agent` builds it."""
    sources = [
        path
        for folder in ("agent", "evidence", "protos", "packaging/agent")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".proto", ".toml", ".mo", ".po"} and "_pb2" not in path.name
    ]
    name = _digest(*(bytes(path.relative_to(ROOT)) + b"\0" + path.read_bytes() for path in sources))
    folder = cache() / f"wheel-{name}"
    if not folder.is_dir():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        _run([sys.executable, str(ROOT / "hatch_build.py"), "stubs"])
        _run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(part)],
            where="packaging/agent",
        )
        part.replace(folder)
        _keep_newest("wheel-*")
    (wheel,) = folder.glob("*.whl")
    return wheel


def mirror() -> str:
    """Where this machine's apt finds Debian itself. Raises Unbuilt when it knows no such place."""
    told = _run(["apt-get", "indextargets", "--format", "$(LABEL) $(CODENAME) $(REPO_URI)"])
    places = re.findall(r"^Debian (\S+) (\S+)$", told, re.MULTILINE)
    if not places:
        raise Unbuilt("apt knows no place of Debian here: name one in its sources, then `apt-get update`")
    return next((place for suite, place in places if suite == SUITE), places[0][1])


def _keep_newest(pattern: str) -> None:
    """Others may run at this moment from the one before."""
    for old in sorted(cache().glob(pattern), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old) if old.is_dir() else old.unlink()


@contextmanager
def _mounted(raw: Path) -> Iterator[Path]:
    place = raw.with_suffix(".mnt")
    place.mkdir(exist_ok=True)
    _run(["mount", "-o", "loop", str(raw), str(place)])
    try:
        yield place
    finally:
        _run(["umount", str(place)])
        place.rmdir()


def _inside(root: Path, words: Sequence[str]) -> str:
    clean = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
             "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}  # fmt: skip
    return _run(["chroot", str(root), *words], clean)


def _run(words: Sequence[str], environment: dict[str, str] | None = None, where: str = ".") -> str:
    ran = subprocess.run(
        ["nice", "-n", "10", *words],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment or {**os.environ, "PATH": SBIN},
        cwd=ROOT / where,
    )
    if ran.returncode != 0:
        told = (ran.stderr.strip() or ran.stdout.strip())[-2000:]
        raise Unbuilt(f"{' '.join(words[:4])} ended with {ran.returncode}:\n{told}")
    return ran.stdout


def _digest(*parts: bytes) -> str:
    held = hashlib.sha256()
    for part in parts:
        held.update(hashlib.sha256(part).digest())
    return held.hexdigest()[:16]
