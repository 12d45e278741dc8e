"""Rules about the system: what its kernel tells, its services, its reach, its time, its safety copies."""

from agent.rules.system.agent_own import AgentOwn
from agent.rules.system.backup_state import BackupState
from agent.rules.system.certificate_expiry import CertificateExpiry
from agent.rules.system.handles_used import HandlesUsed
from agent.rules.system.kernel.freeze import KernelFreeze
from agent.rules.system.kernel.hardware_errors import HardwareErrors
from agent.rules.system.kernel.storage_errors import StorageErrors
from agent.rules.system.network.bond_degraded import BondDegraded
from agent.rules.system.network.link_speed import LinkSpeed
from agent.rules.system.network.reach_lost import ReachLost
from agent.rules.system.services.crash_loop import CrashLoop
from agent.rules.system.services.logins_failed import LoginsFailed
from agent.rules.system.services.protection_off import ProtectionOff
from agent.rules.system.services.unit_failed import UnitFailed
from agent.rules.system.time_sync import TimeSync
from agent.rules.system.updates_pending import UpdatesPending

SYSTEM = (
    StorageErrors(),
    HardwareErrors(),
    KernelFreeze(),
    UnitFailed(),
    CrashLoop(),
    ProtectionOff(),
    LoginsFailed(),
    ReachLost(),
    BondDegraded(),
    LinkSpeed(),
    TimeSync(),
    CertificateExpiry(),
    BackupState(),
    UpdatesPending(),
    HandlesUsed(),
    AgentOwn(),
)

__all__ = ["SYSTEM"]
