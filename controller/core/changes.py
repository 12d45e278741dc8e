"""Says inside this process that something changed, so that open pages can look again.

Topics are names, not content: `incidents`, `incident:<id>`, `machine:<id>`. Whoever missed one (another
process changed it, the stream was cut) finds the truth by reading again; nothing durable hangs on this.
"""

import asyncio
from types import TracebackType
from typing import Self


class Subscription:
    """An asynchronous iterator of topics; equal ones that nobody has read yet are said once.

    Use it in a `with` block, or call `close`: a forgotten one would collect topics for ever.
    """

    def __init__(self, others: "set[Subscription]") -> None:
        self._others = others
        self._topics: dict[str, None] = {}
        self._news = asyncio.Event()
        self._closed = False
        others.add(self)

    def _hear(self, topic: str) -> None:
        self._topics[topic] = None
        self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while not self._topics:
            if self._closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        topic = next(iter(self._topics))
        del self._topics[topic]
        return topic

    def close(self) -> None:
        """Ends the iteration, also of whoever waits in it."""
        self._closed = True
        self._others.discard(self)
        self._news.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Changes:
    """The broadcast. Call it on the event loop only, after the commit (`unit.after_commit`)."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    def publish(self, topic: str) -> None:
        for subscription in tuple(self._subscriptions):
            subscription._hear(topic)

    def subscribe(self) -> Subscription:
        """Hears every topic published from now on."""
        return Subscription(self._subscriptions)

    def close(self) -> None:
        """Ends all iterations: the process is stopping."""
        for subscription in tuple(self._subscriptions):
            subscription.close()
