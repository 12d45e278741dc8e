"""Collectors of the system that every system has as it is: its reach, its clock, its backups.

What one of them cannot read there (the gateway in /proc, say) is a gap and unknown.
"""

from agent.collectors.system.backups.backups import Backups
from agent.collectors.system.certificates.expiry import Expiry
from agent.collectors.system.reach.reach import Reach
from agent.collectors.system.time.sync import TimeSync
from agent.collectors.system.updates import Updates

ANYWHERE = (Reach(), TimeSync(), Backups())
# What Windows has its own of.
UNIX = (Expiry(), Updates())

__all__ = ["ANYWHERE", "UNIX"]
