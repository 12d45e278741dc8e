"""Due rows: what must happen at an instant, whatever happens to this process.

Here live the rows, their claims with a lease and a fencing number, and the engine that acts on them. What a
timer means is its handler's business: this room knows no incident and no clock of any contract.
"""

from controller.timers.actions import cancel, hold, plan, plan_all, release, settle, take
from controller.timers.engine import Engine
from controller.timers.timer import BatchHandler, Claim, Fenced, Handler, TimerSetAside

__all__ = [
    "BatchHandler",
    "Claim",
    "Engine",
    "Fenced",
    "Handler",
    "TimerSetAside",
    "cancel",
    "hold",
    "plan",
    "plan_all",
    "release",
    "settle",
    "take",
]
