"""The certificate's whole life: a new one with a new key at half life, the authority's changes of its roots,
and the way back when it has expired after all (trust.md "Identity")."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from agent.chance import Chance
from agent.clock import Clock
from agent.errors import AgentError
from agent.identity import Identity, IdentityStore, Offered, identity_from, request_for, trusting
from agent.link import calls
from agent.proxy import Proxy, proxy_for
from agent.recovery import Attempt, AttemptFile, State, endpoint_of, recover
from agent.wire import Welcomed
from agent.words import say

LOOK_EVERY_S = 600.0
# A refusal is the controller's word: a person must act first. Else while the link fails in a way that may be
# the certificate's fault.
REFUSED_EVERY_S = 3_600.0
_PAUSES_S = {
    State.UNREACHABLE: 60.0,
    State.RECOVERED: 60.0,
    State.CLOCK: LOOK_EVERY_S,
    State.NOT_NEEDED: LOOK_EVERY_S,
}
# A fleet that hears of a new root does not renew in one minute.
SPREAD = timedelta(hours=1)
PURPOSE = "renew"
_SUSPICIOUS = tuple(say("en", f"trouble.{one}") for one in ("root", "closed", "tls", "expired", "early"))
log = logging.getLogger(__name__)


class Renewal:
    """`run` until cancelled. It is told of what the link hears; its time is the controller's where that was
    heard, since what has expired is decided there."""

    def __init__(
        self,
        store: IdentityStore,
        clock: Clock,
        chance: Chance,
        attempts: AttemptFile,
        reconnect: Callable[[], None],
        environment: Mapping[str, str] | None = None,
        controller: str | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._attempts = attempts
        self._reconnect = reconnect
        self._environment = environment or {}
        self._controller = controller
        self._there: tuple[datetime, float] | None = None
        self._trouble = ""
        self._offered: Offered | None = None
        self._enrolment_endpoint = ""
        self._wake = asyncio.Event()
        self._tried_s: float | None = None
        self._last: Attempt | None = None
        self._clock_was_far = False

    def welcomed(self, welcome: Welcomed) -> None:
        self._there = (welcome.controller_time, self._clock.monotonic())
        self._say_how_far(self._clock.now() - welcome.controller_time)
        self._trouble = ""
        self._enrolment_endpoint = welcome.enrolment_endpoint
        if welcome.roots is not None:
            self._offered = welcome.roots
        self._wake.set()

    def _say_how_far(self, ahead: timedelta) -> None:
        """Once, not at every welcome: a clock that is days off is the first thing to know of this machine."""
        far = abs(ahead) >= timedelta(days=1)
        if far and not self._clock_was_far:
            way = say("en", "clock.ahead" if ahead > timedelta() else "clock.behind")
            log.warning(
                "%s", say("en", "doctor.clock_far", days=f"{abs(ahead) / timedelta(days=1):.0f}", way=way)
            )
        self._clock_was_far = far

    def told(self, offered: Offered) -> None:
        """The authority's roots have changed."""
        self._offered = offered
        self._wake.set()

    def lost(self, reason: str) -> None:
        """The link has ended or did not come about."""
        self._trouble = reason
        if any(one in reason for one in _SUSPICIOUS):
            self._wake.set()

    def now(self) -> datetime:
        """The controller's time as far as it is known, else ours."""
        if self._there is None:
            return self._clock.now()
        there, then_s = self._there
        return there + timedelta(seconds=self._clock.monotonic() - then_s)

    async def run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.look()
            except (AgentError, OSError) as error:
                log.warning("the certificate could not be looked after: %s", error)
            await self._clock.wait(self._wake, LOOK_EVERY_S * self._chance.uniform(0.9, 1.1))

    async def look(self) -> None:
        """What there is to do now. Raises AgentError, OSError."""
        identity = await self._remembered(self._store.load())
        now = self.now()
        if self._trouble or (self._there is None and identity.fault(now)):
            await self._try_to_recover(identity, now)
        elif now >= identity.renew_at:
            try:
                await renew_once(self._store, self._chance)
                self._reconnect()
            except (AgentError, OSError) as error:
                log.warning("certificate not renewed (%s); %s", error, identity.fault(now) or "still valid")

    async def _remembered(self, identity: Identity) -> Identity:
        """What the last welcome said of roots and ports, kept for the day when there is none."""
        told, self._offered = self._offered, None
        kept, is_current = identity, True
        if told is not None and told.roots:
            kept, is_current = await trusting(identity, told)
        if self._enrolment_endpoint:
            kept = replace(kept, enrolment_endpoint=self._enrolment_endpoint)
        if not is_current:
            soon = self.now() + SPREAD * self._chance.uniform(0.0, 1.0)
            kept = replace(kept, renew_at=min(kept.renew_at, soon))
        if kept != identity:
            if kept.root_pem != identity.root_pem:
                log.info("the controller's roots have changed: %d trusted now", len(kept.root_sha256))
            self._store.save(kept)
        return kept

    async def _try_to_recover(self, identity: Identity, now: datetime) -> None:
        """Asked only when the certificate may be what is wrong, and not at every look."""
        suspicious = any(one in self._trouble for one in _SUSPICIOUS)
        pause_s = _PAUSES_S.get(self._last.state, REFUSED_EVERY_S) if self._last else 0.0
        since_s = self._clock.monotonic() - self._tried_s if self._tried_s is not None else None
        if not (suspicious or identity.fault(now)) or (since_s is not None and since_s < pause_s):
            return
        self._tried_s = self._clock.monotonic()
        before = self._last.state if self._last else None
        if self._controller:
            identity = replace(identity, endpoint=self._controller)
        last = await recover(self._store, identity, self._clock, self._chance, self._proxy(identity))
        self._last = last
        # Nobody answers there, and the certificate is good as far as we know: the link says why it fails.
        if last.state is State.UNREACHABLE and not identity.fault(now):
            return
        self._attempts.write(last)
        if last.state is State.RECOVERED:
            log.warning("%s", say("en", "recovery.recovered", **facts_of(last)))
            self._trouble, self._there = "", None
            self._reconnect()
        elif last.state is not before:
            log.warning("%s", say("en", f"recovery.{last.state.value}", **facts_of(last)))

    def _proxy(self, identity: Identity) -> Proxy | None:
        try:
            return proxy_for(self._environment, endpoint_of(identity).rpartition(":")[0].strip("[]"))
        except ValueError:
            return None


def facts_of(attempt: Attempt) -> dict[str, object]:
    """For the sentences `recovery.*`."""
    ahead_s = attempt.ahead_s or 0.0
    return {
        "at": f"{attempt.at:%Y-%m-%d %H:%M}",
        "endpoint": attempt.endpoint,
        "reason": attempt.detail,
        "expired": f"{attempt.expired_at:%Y-%m-%d %H:%M}" if attempt.expired_at else "?",
        "days": f"{abs(ahead_s) / 86_400:.0f}",
        "ahead_s": f"{ahead_s:+.0f}",
    }


async def renew_once(store: IdentityStore, chance: Chance) -> None:
    """Replaces the identity. Raises AgentError or OSError and leaves the old one in force."""
    identity = store.load()
    pending = await request_for(store, f"{PURPOSE} {identity.agent_id}", identity.root_pem)
    certificate_der, offered = await calls.renew(identity, pending.csr_der)
    renewed = await identity_from(
        pending, certificate_der, identity.agent_id, identity.endpoint, identity.root_pem, chance, offered,
        identity.enrolment_endpoint,
    )  # fmt: skip
    store.save(renewed)
    log.info("certificate renewed until %s", renewed.not_after.isoformat())
