"""Write down an act; check that nobody rewrote what was written."""

from collections.abc import Mapping

from controller.audit import store
from controller.audit.chain import link
from controller.audit.store import Act, Verdict, verify
from controller.storage import Unit

__all__ = ["Verdict", "record", "verify"]


async def record(unit: Unit, act: str, subject: str, facts: Mapping[str, str] | None = None) -> None:
    """`unit.actor` did `act` ("machine.ban") to `subject`, at `unit.now`. `facts` never hold a secret."""
    sequence, previous = await store.last_of_chain(unit.connection)
    sequence += 1
    words = {_stored(key): _stored(value) for key, value in (facts or {}).items()}
    subject = _stored(subject)
    actor = (unit.actor.kind.value, _stored(unit.actor.name), unit.actor.id)
    digest = link(sequence, unit.now, actor, act, subject, words, previous)
    await store.append(
        unit.connection, Act(sequence, unit.now, *actor, act, subject, words, previous, digest)
    )


def _stored(text: str) -> str:
    """PostgreSQL cannot hold a NUL."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
