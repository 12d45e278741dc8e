"""Due rows: what must happen at an instant, whatever happens to this process.

Here live the rows, their claims with a lease and a fencing number, and the engine that acts on them. What a
timer means is its handler's business: this room knows no incident and no clock of any contract.
"""

from controller.timers.actions import cancel, plan, take
from controller.timers.engine import Engine
from controller.timers.timer import Claim, Fenced, Handler

__all__ = ["Claim", "Engine", "Fenced", "Handler", "cancel", "plan", "take"]
