"""A program of the system: what it is called, where it is looked for, and the limits it gets."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from agent.processes import ProgramMissing

# A service's PATH may lack them, and these tools live there.
SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin")


@dataclass(frozen=True, slots=True)
class Tool:
    """A program by its `names` (the first that is there is asked; a path stands for itself), and limits."""

    names: tuple[str, ...]
    timeout_s: float = 10.0
    limit_bytes: int = 256 * 1024

    @property
    def name(self) -> str:
        return self.names[0]


def located(tool: Tool, folders: Sequence[str] | None = None) -> str:
    """The program's path, in these folders or else in PATH and the usual ones. Raises ProgramMissing."""
    if folders is None:
        folders = (*os.environ.get("PATH", "").split(os.pathsep), *SBIN)
    for name in tool.names:
        for path in (name,) if name.startswith("/") else (os.path.join(folder, name) for folder in folders):
            if os.access(path, os.X_OK):
                return path
    raise ProgramMissing(tool.name, "it is not installed")
