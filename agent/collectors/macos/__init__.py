"""Collectors of macOS: the system's own commands, read after their documented formats, not yet proven there.

Property lists where a command gives them; of text only numbers and fixed words.
"""

from agent.collectors.macos.disks import AppleRaid, DiskHealth
from agent.collectors.macos.power import Batteries, Ups
from agent.collectors.macos.services import Endings, Firewall, Services
from agent.collectors.portable import PORTABLE
from agent.collectors.portable.load import Uptime

OWN = (Endings(), AppleRaid(), DiskHealth(), Batteries(), Ups(), Services(), Firewall())
MACOS = (*(one for one in PORTABLE if not isinstance(one, Uptime)), *OWN)

__all__ = ["MACOS", "OWN"]
