"""Collectors of the system: what its kernel tells, its services, its reach, its time, its safety copies.

What a customer's file names (backups, certificates, probes) a collector learns in `fit`; without it, it looks
at what every machine has.
"""

from agent.collectors.system.backups.backups import Backups
from agent.collectors.system.certificates.expiry import Expiry
from agent.collectors.system.failed_logins import FailedLogins
from agent.collectors.system.handles import Handles
from agent.collectors.system.kernel.log import KernelLog
from agent.collectors.system.links import Links
from agent.collectors.system.own import Own
from agent.collectors.system.protection import Protection
from agent.collectors.system.reach.reach import Reach
from agent.collectors.system.time.sync import TimeSync
from agent.collectors.system.units import Units
from agent.collectors.system.updates import Updates

SYSTEM = (
    KernelLog(),
    Units(),
    Links(),
    Reach(),
    Handles(),
    TimeSync(),
    FailedLogins(),
    Protection(),
    Expiry(),
    Backups(),
    Updates(),
    Own(),
)

__all__ = ["SYSTEM"]
