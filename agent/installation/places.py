"""Where a service's files are: the machine's own root, or a tree beside it for a test."""

from dataclasses import dataclass
from pathlib import Path

NAME = "vigia-agent"
SERVICE = "vigia-agent.service"
ROOT_SERVICE = "vigia-agent-root.service"
ROOT_SOCKET = "vigia-agent-root.socket"
SLEEP = "vigia-agent-sleep.service"
UNITS = (SERVICE, ROOT_SERVICE, ROOT_SOCKET, SLEEP)
# What is started with the machine, and by which target; the root door's service is started by its socket.
WANTED = (
    (SERVICE, "multi-user.target.wants"),
    (ROOT_SOCKET, "sockets.target.wants"),
    (SLEEP, "sleep.target.wants"),
)
JOURNAL_GROUP = "systemd-journal"


@dataclass(frozen=True, slots=True)
class Places:
    """`root` is where the tree begins; every path is inside of it. `told` says them without it."""

    root: Path = Path("/")

    @property
    def is_real(self) -> bool:
        """Whether it is the machine that runs, with its systemd."""
        return self.root == Path("/")

    @property
    def configuration(self) -> Path:
        return self.root / "etc" / NAME

    @property
    def data(self) -> Path:
        return self.root / "var/lib" / NAME

    @property
    def units(self) -> Path:
        return self.root / "etc/systemd/system"

    @property
    def run(self) -> Path:
        return self.root / "run" / NAME

    @property
    def record(self) -> Path:
        """What an installation made and found, for the day on which it is taken away."""
        return self.configuration / "installed.json"

    def told(self, path: Path) -> str:
        """As the machine itself names it."""
        return str(path) if self.is_real else f"/{path.relative_to(self.root)}"
