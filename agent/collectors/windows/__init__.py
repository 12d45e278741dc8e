"""Collectors of Windows: PowerShell with fixed scripts, after the documented classes, not yet proven there.

Each start of PowerShell takes some 0.5 s of processor time: a family is asked at once, and seldom. Only
numbers, codes and names are read, never words in the system's language.
"""

from agent.collectors.portable import PORTABLE
from agent.collectors.portable.load import Uptime
from agent.collectors.windows.events import Endings, EventLog, FailedLogins, Services, shared
from agent.collectors.windows.safety import Protection, StoreExpiry, Updates
from agent.collectors.windows.storage import Batteries, Spaces, Storage

_events = shared()
OWN = (
    Endings(digest=_events),
    EventLog(digest=_events),
    Services(digest=_events),
    FailedLogins(),
    Storage(),
    Spaces(),
    Batteries(),
    Protection(),
    StoreExpiry(),
    Updates(),
)
WINDOWS = (*(one for one in PORTABLE if not isinstance(one, Uptime)), *OWN)

__all__ = ["OWN", "WINDOWS"]
