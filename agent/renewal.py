"""A new certificate with a new key at half life, asked for until it comes (trust.md "Identity")."""

import logging
from collections.abc import Callable

from agent.chance import Chance
from agent.clock import Clock
from agent.errors import AgentError
from agent.identity import IdentityStore, identity_from, request_for
from agent.link import calls

LOOK_EVERY_S = 600.0
PURPOSE = "renew"
log = logging.getLogger(__name__)


async def keep_renewing(
    store: IdentityStore, clock: Clock, chance: Chance, reconnect: Callable[[], None]
) -> None:
    """Until cancelled: looks every 10 minutes (jittered) whether it is time, and again when it failed."""
    while True:
        identity = store.load()
        if clock.now() >= identity.renew_at:
            try:
                await renew_once(store, chance)
                reconnect()
            except (AgentError, OSError) as error:
                log.warning(
                    "certificate not renewed (%s); %s", error, identity.fault(clock.now()) or "still valid"
                )
        await clock.sleep(LOOK_EVERY_S * chance.uniform(0.9, 1.1))


async def renew_once(store: IdentityStore, chance: Chance) -> None:
    """Replaces the identity. Raises AgentError or OSError and leaves the old one in force."""
    identity = store.load()
    pending = await request_for(store, f"{PURPOSE} {identity.agent_id}", identity.root_pem)
    certificate_der = await calls.renew(identity, pending.csr_der)
    renewed = await identity_from(
        pending, certificate_der, identity.agent_id, identity.endpoint, identity.root_pem, chance
    )
    store.save(renewed)
    log.info("certificate renewed until %s", renewed.not_after.isoformat())
