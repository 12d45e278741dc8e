"""Keep what is being written, and let go of it once it is sent."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from controller.core.actor import ActorKind
from controller.core.errors import Conflict, Invalid
from controller.incidents.drafts import store
from controller.incidents.drafts.draft import FRESH, WORDS, Draft, kept
from controller.incidents.limits import check_text, check_writer
from controller.storage import Unit


async def save_draft(unit: Unit, incident_id: UUID, act: str, typed: Mapping[str, str]) -> bool:
    """Keeps it for whoever acts; nothing typed takes an older one away. Whether colleagues have something new
    to see: somebody began to write, or stopped. Raises `Invalid` for more than a message may have."""
    check_writer(unit.actor)
    user_id = _writer(unit)
    if len(act) > 32:
        raise Invalid("act", "is no form of ours", "Load the page again")
    fields = kept(typed)
    for name, value in fields.items():
        check_text(name, value, required=False)
    before = await store.draft_of(unit.connection, incident_id, user_id)
    if not fields:
        return await store.remove(unit.connection, incident_id, user_id)
    await store.save(unit.connection, Draft(incident_id, user_id, act, fields, unit.now))
    return before is None or unit.now - before.saved_at > FRESH / 2


async def discard_draft(unit: Unit, incident_id: UUID, sent: Mapping[str, str]) -> None:
    """What was sent is no draft any more: its words go, those that were written for another form stay."""
    if unit.actor.kind is not ActorKind.PERSON or unit.actor.id is None:
        return
    before = await store.draft_of(unit.connection, incident_id, unit.actor.id)
    if before is None:
        return
    left = kept({name: value for name, value in before.typed.items() if name not in _gone(sent)})
    if left:
        await store.save(unit.connection, replace(before, typed=left, act=_other(before.act)))
    else:
        await store.remove(unit.connection, incident_id, unit.actor.id)


def _gone(sent: Mapping[str, str]) -> set[str]:
    """With the words go the small fields beside them."""
    words = {name for name in WORDS if name in sent}
    return words | ({"channel", "at", "reason"} if "body" in words else set(sent))


def _other(act: str) -> str:
    return act if act in ("respond", "update", "note", "resolve") else ""


def _writer(unit: Unit) -> UUID:
    if unit.actor.id is None:
        raise Conflict("drafts are kept for users; you act as none")
    return unit.actor.id
