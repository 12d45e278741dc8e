"""One guest: QEMU on an overlay of the built disk, looked into by ssh, broken by monitor and commands."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.guest.qmp import Qmp
from tests.guest.recipe import CABLE_MAC, CONTROL_MAC, SBIN, Disk
from tests.support.street import eventually, free_port

QEMU = "qemu-system-x86_64"
WARNING = "smart_critical_warning"
MEMORY_MIB = 1024
BOOT_S = 240.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command in the guest printed, and its exit status."""

    status: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Extra:
    """A further disk: `bad_sectors` fail to be read, for ever. `kind`: virtio or nvme."""

    name: str
    size_mib: int
    kind: str = "virtio"
    bad_sectors: Sequence[int] = ()


@dataclass
class Guest:
    """`folder` holds its overlay, its further disks and its console's output (console.log)."""

    folder: Path
    disk: Disk
    extras: Sequence[Extra] = ()
    arguments: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    boots: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._qmp: Qmp | None = None
        self._began = 0.0

    # -- power -----------------------------------------------------------------------------------------

    def start(self, patience_s: float = BOOT_S) -> float:
        """Power on; returns the seconds until ssh answered."""
        self._prepare()
        with (self.folder / "qemu.log").open("ab") as told:
            self._process = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=told, stderr=told, preexec_fn=_die_with_us
            )
        self.boots += 1
        began = time.monotonic()
        eventually("QEMU's monitor", lambda: self._alive() and self._monitor.exists(), 20, 0.05)
        self._qmp = Qmp(self._monitor)
        eventually(
            "the guest answers by ssh",
            lambda: self._alive() and self.run("true", patience_s=20).status == 0,
            patience_s, 1.0,
        )  # fmt: skip
        return time.monotonic() - began

    def cut(self) -> None:
        """The power is gone: nothing is flushed, nobody is asked."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(20)
        self._gone()

    def shut_down(self, patience_s: float = 120.0) -> None:
        """In order, as its owner would."""
        assert self._process is not None
        self.run("systemctl poweroff")
        self._process.wait(patience_s)
        self._gone()

    def reboot(self, patience_s: float = BOOT_S) -> float:
        self.shut_down()
        return self.start(patience_s)

    def _gone(self) -> None:
        if self._qmp is not None:
            self._qmp.close()
        self._qmp = self._process = None
        self._monitor.unlink(missing_ok=True)
        (self.folder / "line").unlink(missing_ok=True)

    def _alive(self) -> bool:
        assert self._process is not None
        told = (self.folder / "qemu.log").read_text(errors="replace")[-2000:]
        assert self._process.poll() is None, f"QEMU ended:\n{told}"
        return True

    # -- looking in ------------------------------------------------------------------------------------

    @property
    def qmp(self) -> Qmp:
        assert self._qmp is not None, "the guest is off"
        return self._qmp

    def run(self, command: str, patience_s: float = 120.0, given: str = "") -> Ran:
        """A shell line as root, over a wire of its own that no test pulls."""
        words = [
            "ssh", "-q", "-F", "/dev/null", "-i", str(self.disk.key), "-p", str(self.port),
            "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes",
            "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=10", "-o", "ControlMaster=auto",
            "-o", f"ControlPath={self.folder}/line", "-o", "ControlPersist=600", "root@127.0.0.1", command,
        ]  # fmt: skip
        try:
            ran = subprocess.run(
                words, input=given, capture_output=True, text=True, errors="replace", timeout=patience_s
            )
        except subprocess.TimeoutExpired:
            return Ran(255, "", f"no answer within {patience_s:g} s")
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def do(self, command: str, patience_s: float = 120.0, given: str = "") -> str:
        """The same, and it must succeed; what it printed."""
        ran = self.run(command, patience_s, given)
        assert ran.status == 0, f"in the guest: {command!r} ended with {ran.status}: {ran.err or ran.out}"
        return ran.out

    def write(self, path: str, content: str) -> None:
        self.do(f"mkdir -p {os.path.dirname(path)} && cat > {path}", given=content)

    def console(self) -> str:
        return (self.folder / "console.log").read_text(errors="replace")

    # -- what is pulled and what fails -----------------------------------------------------------------

    def cable(self, *, plugged: bool) -> None:
        self.qmp("set_link", name="cable", up=plugged)

    def status(self) -> str:
        """QEMU's word for how it stands: running, suspended, ..."""
        told: str = self.qmp("query-status")["status"]
        return told

    def wake(self) -> None:
        """The power button of a machine that sleeps."""
        self.qmp("system_wakeup")

    def nvme_warning(self, extra: str, bits: int) -> None:
        self.qmp("qom-set", path=f"/machine/peripheral/{extra}", property=WARNING, value=bits)

    def unplug(self, extra: str) -> None:
        """The disk is pulled out."""
        self.qmp("device_del", id=extra)

    # -- small print -----------------------------------------------------------------------------------

    @property
    def _monitor(self) -> Path:
        return self.folder / "qmp"

    @property
    def overlay(self) -> Path:
        return self.folder / "root.qcow2"

    def _prepare(self) -> None:
        if not self.overlay.exists():
            _image("create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(self.disk.raw), str(self.overlay))
        for extra in self.extras:
            path = self.folder / f"{extra.name}.raw"
            if not path.exists():
                with path.open("wb") as made:
                    made.truncate(extra.size_mib * 2**20)

    def _command(self) -> list[str]:
        control = f"user,id=control,net=10.0.3.0/24,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-:22"
        cable = f"virtio-net-pci,netdev=cable,mac={CABLE_MAC}"
        words = [
            "nice", "-n", "10", QEMU, "-M", "q35", *_acceleration(self.disk.kernel),
            "-smp", "2", "-m", str(MEMORY_MIB),
            "-nodefaults", "-no-user-config", "-display", "none",
            "-serial", f"file:{self.folder}/console.log",
            "-qmp", f"unix:{self._monitor},server=on,wait=off",
            "-kernel", str(self.disk.kernel), "-initrd", str(self.disk.initrd),
            "-append", "root=LABEL=root rw console=ttyS0 quiet systemd.show_status=0",
            "-drive", f"file={self.overlay},if=none,id=root,format=qcow2",
            "-device", "virtio-blk-pci,drive=root,serial=root",
            "-netdev", "user,id=cable,net=10.0.2.0/24", "-device", cable,
            "-netdev", control, "-device", f"virtio-net-pci,netdev=control,mac={CONTROL_MAC}",
            "-device", "virtio-rng-pci", "-msg", "timestamp=on",
        ]  # fmt: skip
        for number, extra in enumerate(self.extras):
            words += self._drive(number, extra)
        return [*words, *self.arguments]

    def _drive(self, number: int, extra: Extra) -> list[str]:
        node = f"disk-{extra.name}"
        path = self.folder / f"{extra.name}.raw"
        words = ["-blockdev", f"driver=file,node-name={node}-file,filename={path}"]
        if extra.bad_sectors:
            rules = self.folder / f"{extra.name}.blkdebug"
            rules.write_text("".join(
                f'[inject-error]\nevent = "none"\niotype = "read"\nerrno = "5"\nsector = "{sector}"\n'
                for sector in extra.bad_sectors
            ))  # fmt: skip
            words += ["-blockdev", f"driver=blkdebug,node-name={node}-bad,image={node}-file,config={rules}"]
            words += ["-blockdev", f"driver=raw,node-name={node},file={node}-bad"]
        else:
            words += ["-blockdev", f"driver=raw,node-name={node},file={node}-file"]
        # Disks that may be pulled out need a port that allows it.
        port = f"port-{extra.name}"
        words += ["-device", f"pcie-root-port,id={port},chassis={number + 1},slot={number + 1}"]
        if extra.kind == "nvme":
            return [*words, "-device", f"nvme,id={extra.name},serial={extra.name},drive={node},bus={port}"]
        device = f"virtio-blk-pci,id={extra.name},serial={extra.name},drive={node},bus={port}"
        return [*words, "-device", f"{device},werror=report,rerror=report"]


def _image(*words: str) -> None:
    subprocess.run(["qemu-img", *words], check=True, capture_output=True, env={**os.environ, "PATH": SBIN})


@cache
def _acceleration(kernel: Path) -> tuple[str, ...]:
    """KVM where a kernel really starts on it, not merely where its device is; software otherwise."""
    kvm, software = ("-accel", "kvm", "-cpu", "host"), ("-accel", "tcg,thread=multi", "-cpu", "Westmere")
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return software
    words = ["-M", "q35", "-m", "256", "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot"]
    words += ["-kernel", str(kernel), "-append", "console=ttyS0 earlyprintk=ttyS0 panic=-1"]
    try:
        tried = subprocess.run(
            [QEMU, *kvm, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=10
        )
    except subprocess.TimeoutExpired:
        return software
    return kvm if b"Linux version" in tried.stdout else software


def _die_with_us() -> None:
    """A test run that is killed leaves no machine behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
