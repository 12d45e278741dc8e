"""The link: one conversation after another, with the waiting between them that trust.md R7a asks for."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from agent import wire
from agent.chance import Chance
from agent.clock import Clock
from agent.errors import AgentError
from agent.identity import Identity
from agent.link.channel import agent_channel
from agent.link.conversation import Conversation, Ended, Subject, Timing
from protos.vigia.v1 import agent_pb2_grpc

# Waking time after a goodbye for sleep: the machine never slept, or nobody said that it woke.
NEVER_SLEPT_S = 60.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LinkState:
    """For doctor and the log: are we connected, and if not, why."""

    connected: bool
    reason: str


class Link:
    """`run` until cancelled or said goodbye; `identity` is asked anew for every conversation."""

    def __init__(
        self,
        subject: Subject,
        identity: Callable[[], Identity],
        clock: Clock,
        chance: Chance,
        timing: Timing | None = None,
        on_change: Callable[[LinkState], None] = lambda _: None,
    ) -> None:
        self._subject = subject
        self._identity = identity
        self._clock = clock
        self._chance = chance
        self._timing = timing or Timing()
        self._on_change = on_change
        self._conversation: Conversation | None = None
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()
        self._asleep = False

    def wake(self) -> None:
        """There is something new in the spool."""
        if self._conversation is not None:
            self._conversation.wake()

    def reconnect(self) -> None:
        """Ends the conversation and begins another at once, for a new certificate."""
        self._hurry.set()
        if self._conversation is not None:
            self._conversation.end("reconnecting with a new certificate", 0.0)

    def say_goodbye(self, reason: wire.Leaving) -> None:
        """Ends `run`: after a goodbye if somebody listens, at once otherwise."""
        self._stopping.set()
        self._hurry.set()
        if self._conversation is not None:
            self._conversation.leave(reason)

    def sleep(self) -> None:
        """The machine is about to sleep: goodbye, and then nothing until `awake` (or a minute has passed)."""
        self._asleep = True
        if self._conversation is not None:
            self._conversation.leave(wire.Leaving.SUSPEND)

    def awake(self) -> None:
        """Talks again at once; what was left of a conversation from before is worth nothing."""
        self._asleep = False
        self._hurry.set()
        if self._conversation is not None:
            self._conversation.end("the machine slept", 0.0)

    async def run(self) -> None:
        """Talks, waits, talks again."""
        failures = 0
        while not self._stopping.is_set():
            ended = await self._converse()
            if self._stopping.is_set():
                return  # the app's goodbye is the line of this
            if self._asleep:
                log.info("goodbye: the machine goes to sleep")
                self._on_change(LinkState(connected=False, reason="asleep"))
                self._hurry.clear()
                await self._clock.wait(self._hurry, NEVER_SLEPT_S)
                self._asleep, failures = False, 0
                continue
            failures = 1 if ended.welcomed else failures + 1
            pause_s = retry_pause_s(failures, ended.retry_after_s, self._timing, self._chance)
            log.info("link ended: %s; trying again in %.1f s", ended.reason, pause_s)
            self._on_change(LinkState(connected=False, reason=ended.reason))
            self._hurry.clear()
            await self._clock.wait(self._hurry, pause_s)

    async def _converse(self) -> Ended:
        try:
            identity = self._identity()
        except AgentError as error:
            return Ended(str(error), welcomed=False)
        fault = identity.fault(self._clock.now())
        # Even with a certificate out of its time it is tried: our clock may be what is wrong.
        async with agent_channel(identity) as channel:
            call = agent_pb2_grpc.AgentServiceStub(channel).Connect()
            self._conversation = Conversation(call, self._subject, self._clock, self._timing)
            try:
                ended = await self._conversation.run()
            finally:
                self._conversation = None
        if fault and not ended.welcomed:
            return Ended(f"{fault}; {ended.reason}", welcomed=False, retry_after_s=ended.retry_after_s)
        return ended


def retry_pause_s(failures: int, hint_s: float | None, timing: Timing, chance: Chance) -> float:
    """How long to wait before the next try, in seconds.

    The controller's hint with jitter when it gave one; else 0-5 s for the first try, then doubling with
    jitter to 60 s (trust.md R7a).
    """
    if hint_s is not None:
        return hint_s * chance.uniform(1.0, 1.5)
    if failures <= 1:
        return chance.uniform(0.0, timing.first_retry_s)
    ceiling_s = min(timing.retry_max_s, timing.first_retry_s * 2.0 ** min(failures - 1, 16))
    return chance.uniform(ceiling_s / 2, ceiling_s)
