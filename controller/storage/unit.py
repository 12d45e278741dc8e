"""The unit of work: one transaction, one `now`, one actor, and the events announced inside it.

Actions announce what happened; before the commit each event goes to the dispatcher (`flow.py`, injected by
`app.py`), which may announce more. So all steps of one message share one transaction (house.md). What must
not happen before the data is durable (waking the ticker, acknowledging an agent) is left with
`after_commit`.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from controller.core.actor import SYSTEM, Actor
from controller.core.chance import Chance
from controller.core.events import Event


@dataclass(slots=True)
class Unit:
    """`now` (aware UTC) is read once at the start: all rows of a unit agree on the time.

    `connection` is inside the transaction. The unit commits when its `async with` block ends and rolls
    back when it raises.
    """

    connection: AsyncConnection
    now: datetime
    chance: Chance
    actor: Actor = SYSTEM
    announced: deque[Event] = field(default_factory=deque)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    # Where people read what links in notices lead to, without a slash at its end.
    console_url: str = ""

    def announce(self, event: Event) -> None:
        """Say that it happened; what follows is told in `flow.py`, before this unit commits."""
        self.announced.append(event)

    def after_commit(self, call: Callable[[], None]) -> None:
        """`call` runs once the commit is durable, in order; never when the unit fails."""
        self.afterwards.append(call)


Dispatcher = Callable[[Unit, Event], Awaitable[None]]
