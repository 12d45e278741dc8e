"""Rules: readings in, findings out; pure, one a file, each with what enters, leaves, holds and clears it.

They run on the agent, so that they work offline. They propose a severity; the controller decides. A finding
carries a rule's id and facts, never sentences. `ALL` is explicit.
"""

from collections.abc import Callable, Collection

from agent.role import Role
from agent.rules import judge
from agent.rules.boot_unexpected import BootUnexpected
from agent.rules.cpu_busy import CpuBusy
from agent.rules.disk_latency import DiskLatency
from agent.rules.filesystem_fill_rate import FilesystemFillRate
from agent.rules.filesystem_inodes import FilesystemInodes
from agent.rules.filesystem_readonly import FilesystemReadonly
from agent.rules.filesystem_space import FilesystemSpace
from agent.rules.hardware import HARDWARE
from agent.rules.inventory import INVENTORY
from agent.rules.judge import StateUnusable
from agent.rules.load_high import LoadHigh
from agent.rules.memory_available import MemoryAvailable
from agent.rules.memory_oom_kill import MemoryOomKill
from agent.rules.network_errors import NetworkErrors
from agent.rules.network_link import NetworkLink
from agent.rules.rule import Rule
from agent.rules.swap_used import SwapUsed
from agent.rules.system import SYSTEM
from agent.rules.terms import Values
from agent.rules.watch_down import WatchDown

ALL: tuple[Rule, ...] = (
    WatchDown(),
    FilesystemSpace(),
    FilesystemFillRate(),
    FilesystemInodes(),
    FilesystemReadonly(),
    MemoryAvailable(),
    MemoryOomKill(),
    SwapUsed(),
    CpuBusy(),
    LoadHigh(),
    DiskLatency(),
    NetworkLink(),
    NetworkErrors(),
    BootUnexpected(),
    *HARDWARE,
    *INVENTORY,
    *SYSTEM,
)


class Judge(judge.Judge):
    """The judge of all our rules. `role` is the machine's; `new_id` makes a finding's UUID text.

    `limits`: what a customer's file says (terms.py); `watched`: units and processes that a contract names.
    """

    def __init__(
        self,
        role: Role | str,
        new_id: Callable[[], str],
        limits: Values | None = None,
        watched: Collection[str] = (),
    ) -> None:
        super().__init__(Role(role), new_id, ALL, limits, watched)


__all__ = ["ALL", "Judge", "Rule", "StateUnusable"]
