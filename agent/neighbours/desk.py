"""Takes the questions in and answers them, one after another: allowed, recorded, looked at."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from agent.audit import Audit, AuditUnwritable
from agent.clock import Clock
from agent.errors import AgentError
from agent.neighbours.looking import GATEWAY_PORTS, MACHINE_PORTS, Eye
from agent.neighbours.surroundings import Surroundings, near_ones
from agent.neighbours.testimony import Asked, Sight, Testimony
from agent.policy import Level, Policy

ADDRESSES_MAX = 4
WAITING_MAX = 4
# Beyond this no honest controller asks: each look takes 12 s to a minute.
QUESTIONS_A_MINUTE = 6
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What it works with. `policy` reads the file anew and may raise AgentError."""

    policy: Callable[[], Policy]
    audit: Audit
    surroundings: Callable[[], Surroundings]
    eye: Eye
    wake_link: Callable[[], None]


class WitnessDesk:
    """`hear` and `testimonies` are the conversation's; `run` looks until cancelled."""

    def __init__(self, clock: Clock, means: Means) -> None:
        self._clock, self._means = clock, means
        self._waiting: deque[Asked] = deque()
        self._taken_s: deque[float] = deque()
        self._news = asyncio.Event()
        self._unsaid: list[Testimony] = []

    def hear(self, asked: Asked) -> None:
        """A question; one too many is not answered, and no answer says nothing."""
        now_s = self._clock.monotonic()
        while self._taken_s and now_s - self._taken_s[0] >= 60.0:
            self._taken_s.popleft()
        try:
            UUID(asked.question_id)
        except ValueError:
            log.warning("a question without a usable id was passed over")
            return
        if len(self._taken_s) >= QUESTIONS_A_MINUTE or len(self._waiting) >= WAITING_MAX:
            log.warning("too many questions about neighbours: one was passed over")
            return
        self._taken_s.append(now_s)
        self._waiting.append(asked)
        self._news.set()

    def testimonies(self) -> list[Testimony]:
        """What has not been said yet."""
        unsaid, self._unsaid = self._unsaid, []
        return unsaid

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                asked = self._waiting.popleft()
                # In two steps: while we look, what was said before is taken away.
                said = await self._answer(asked)
                self._unsaid.append(said)
                self._means.wake_link()

    async def _answer(self, asked: Asked) -> Testimony:
        around = await asyncio.to_thread(self._means.surroundings)
        near = near_ones(asked.addresses[:ADDRESSES_MAX], around, ADDRESSES_MAX)
        refusal = await asyncio.to_thread(self._refusal, asked, [str(one) for one in near])
        if refusal or not near:
            log.info("asked about neighbour %s: %s", asked.suspect, refusal or "not on a network of ours")
            return Testimony(asked.question_id, Sight.UNKNOWN, Sight.UNKNOWN)
        gateway = [around.gateway] if around.gateway and around.is_near(around.gateway) else []
        machine, beyond = await asyncio.gather(
            self._means.eye.look(near, MACHINE_PORTS), self._means.eye.look(gateway, GATEWAY_PORTS)
        )
        log.info("asked about neighbour %s: %s, gateway %s", asked.suspect, machine.value, beyond.value)
        return Testimony(asked.question_id, machine, beyond)

    def _refusal(self, asked: Asked, near: list[str]) -> str:
        """Why not, in one word; empty when it may be done and the record says that it will be."""
        try:
            why = self._means.policy().refusal(Level.L1, self._clock.now().astimezone())
        except AgentError:
            why = "policy_unreadable"
        facts = {"suspect": asked.suspect, "addresses": " ".join(near), "refused_addresses": str(
            len(asked.addresses) - len(near)
        )}  # fmt: skip
        try:
            if why:
                self._means.audit.write("witness.refused", **facts, reason=why)
            else:
                self._means.audit.write("witness.looked", **facts)
        except AuditUnwritable:
            why = why or "audit_unwritable"
        return why
