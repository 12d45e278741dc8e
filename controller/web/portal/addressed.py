"""A timeline said to the customer's own people: what they did is "you", what we did is said to them."""

from datetime import datetime
from uuid import UUID

from controller.core.actor import ActorKind
from controller.incidents.duplicates.merger import MERGED
from controller.incidents.timeline import Entry, EntryKind
from controller.words import clocks, formats, rules, waits
from controller.words.catalogue import Translator

# (without, with a channel)
_SAID = {
    EntryKind.RESPONDED: ("{actor} answered you", "{actor} answered you {channel}"),
    EntryKind.UPDATED_CUSTOMER: ("{actor} gave you news", "{actor} gave you news {channel}"),
}
_YOURS = {
    EntryKind.OPENED: "You told us",
    EntryKind.CUSTOMER_MESSAGE: "You wrote to us",
    EntryKind.REOPENED: "You opened it again: it does not work yet",
    EntryKind.CLOSED: "You said that it works, and it was closed",
    EntryKind.FOLLOWED: "You came back to it; we go on in {case}",
    EntryKind.RESUMED: "You answered, and we go on",
}
_WE = (ActorKind.ENGINE, ActorKind.SYSTEM)


def addressed(words: Translator, entry: Entry, zone: str, contact_id: UUID) -> str:
    """The sentence for that contact; "" where the timeline's own speaks of nobody who reads it."""
    case = rules.cleaned(entry.facts.get("case", ""))
    if entry.actor_kind is ActorKind.CUSTOMER and entry.actor_id == contact_id and entry.kind in _YOURS:
        if entry.kind is EntryKind.OPENED and "refers_to" in entry.facts:
            return words._(
                "You told us that it is back; it takes up {case}",
                case=rules.cleaned(entry.facts["refers_to"]),
            )
        return words._(_YOURS[entry.kind], case=case)
    who = "Vigía" if entry.actor_kind in _WE else rules.cleaned(entry.actor_name)
    if entry.kind in _SAID and "problem" not in entry.facts:
        plain, by_channel = _SAID[entry.kind]
        if entry.channel in clocks.CHANNELS:
            return words._(by_channel, actor=who, channel=clocks.channel(words, entry.channel))
        return words._(plain, actor=who)
    if entry.kind is EntryKind.PAUSED:
        return _paused(words, entry, zone)
    if entry.kind is EntryKind.RESUMED:
        if entry.actor_kind is ActorKind.PERSON and entry.reason:
            return words._("We go on: {reason}", reason=rules.cleaned(entry.reason))
        return words._("We go on")
    if entry.kind is EntryKind.CLOSED and entry.reason == MERGED:
        return words._("It is the same as {case}: we go on with both there", case=entry.facts.get("into", ""))
    if entry.kind is EntryKind.DUPLICATE_JOINED:
        return words._("{case} is the same: we go on with both here", case=case)
    if entry.kind is EntryKind.DUPLICATE_LEFT:
        return words._("{case} is something else after all, and goes on by itself", case=case)
    return ""


def _paused(words: Translator, entry: Entry, zone: str) -> str:
    said = waits.sentence(words, entry.reason or "").rstrip(".")
    if "until" not in entry.facts:
        return said
    until = formats.instant(datetime.fromisoformat(entry.facts["until"]), words.language, zone)
    return words._("{said}, until {until} at the latest", said=said, until=until)
