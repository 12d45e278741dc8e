"""A real OpenSSH server on a private port, with keys and settings of its own in the test's folder."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.street import eventually, free_port

_SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


class Sshd:
    """`key` signs in as `user`, whoever runs the test. `restart` may show another host key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.port = free_port()
        self.user = _user()
        self.key = folder / "engineer"
        self._host_key = folder / "host"
        self._process: subprocess.Popen[bytes] | None = None
        _make_key(self.key)
        self.new_host_key()

    @property
    def address(self) -> str:
        return f"{self.user}@127.0.0.1:{self.port}"

    @property
    def fingerprint(self) -> str:
        """Of the host key, as `ssh-keygen -l` says it."""
        said = subprocess.run(
            ["ssh-keygen", "-lf", f"{self._host_key}.pub"], capture_output=True, text=True, check=True
        )
        return said.stdout.split()[1]

    def new_host_key(self, kind: str = "ed25519") -> None:
        """Shown after the next start."""
        for path in (self._host_key, self._host_key.with_suffix(".pub")):
            path.unlink(missing_ok=True)
        _make_key(self._host_key, kind)

    def start(self) -> None:
        authorized = self.folder / "authorized_keys"
        shutil.copy(f"{self.key}.pub", authorized)
        authorized.chmod(0o600)
        settings = self.folder / "sshd_config"
        settings.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self._host_key}\n"
            f"AuthorizedKeysFile {authorized}\nPidFile {self.folder / 'pid'}\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
        )
        # What Debian's service makes before it starts one; without it sshd refuses.
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        program = shutil.which("sshd", path=_SBIN)
        assert program
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-D", "-e", "-f", str(settings)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        eventually("sshd listens", self._listens, patience_s=15)

    def stop(self) -> None:
        """The server and every session of it die at once, as in a power cut."""
        if self._process is None:
            return
        for child in _children(self._process.pid):
            _signal(child, signal.SIGKILL)
        _signal(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Connected, and answering nothing, until the block ends."""
        assert self._process is not None
        frozen = [*_children(self._process.pid), self._process.pid]
        for process in frozen:
            _signal(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in frozen:
                _signal(process, signal.SIGCONT)

    def _listens(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text())
        return f"Server listening on 127.0.0.1 port {self.port}" in (self.folder / "log").read_text()


def _make_key(path: Path, kind: str = "ed25519") -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)], check=True)


def _children(parent: int) -> list[int]:
    """All of them, the eldest first: a session that saw its program end would still tell of it."""
    found: list[int] = []
    try:
        said = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    except FileNotFoundError:
        return found
    for child in map(int, said.split()):
        found += [child, *_children(child)]
    return found


def _signal(process: int, what: signal.Signals) -> None:
    """A session of the server may end by itself at any moment."""
    with suppress(ProcessLookupError):
        os.kill(process, what)


def _user() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name
