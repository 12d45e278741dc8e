"""The inventory of Windows and macOS: by psutil, CIM and system_profiler, after their documented formats.

Not yet proven on those systems. The sections and their fields are those of Linux.
"""

from collections.abc import Callable, Mapping
from typing import Any

from agent.inventory.system import Places

Section = Callable[[Places], Any]
LISTED_MAX = 500


def sections(platform: str) -> Mapping[str, Section] | None:
    """Of a system, as `sys.platform` names it; None where Linux's are the ones."""
    if platform == "win32":
        from agent.inventory.elsewhere.windows import Windows

        return {**_shared(), **Windows().sections()}
    if platform == "darwin":
        from agent.inventory.elsewhere.macos import Macos

        return {**_shared(), **Macos().sections()}
    return None


def _shared() -> dict[str, Section]:
    from agent.collectors.portable import listed  # psutil is the collectors'

    return {
        "adapters": lambda _: listed.adapters(),
        "addresses": lambda _: listed.addresses(),
        "mounts": lambda _: listed.mounts(),
    }
