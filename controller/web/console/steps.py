"""The timeline as a page shows it: each entry as a sentence, with its sign and colour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.core.actor import ActorKind
from controller.incidents.mentions import mention
from controller.incidents.timeline import Entry, EntryKind
from controller.words import story
from controller.words.catalogue import Translator

# (sign, tone); tones: us (a person of ours told the customer), soon, late, done, or plain.
_LOOKS: Mapping[EntryKind, tuple[str, str]] = {
    EntryKind.OPENED: ("flag", "late"),
    EntryKind.REOPENED: ("back", "late"),
    EntryKind.RESPONDED: ("answer", "us"),
    EntryKind.UPDATED_CUSTOMER: ("update", "us"),
    EntryKind.SEVERITY_CHANGED: ("sliders", "soon"),
    EntryKind.ESCALATED: ("up", "soon"),
    EntryKind.PAUSED: ("pause", "plain"),
    EntryKind.RESUMED: ("clock", "plain"),
    EntryKind.RESOLVED: ("check", "done"),
    EntryKind.CLOSED: ("lock", "done"),
    EntryKind.NOTE: ("note", "plain"),
    EntryKind.CUSTOMER_MESSAGE: ("answer", "soon"),
    EntryKind.REQUEST_JOINED: ("flag", "plain"),
    EntryKind.FINDING_JOINED: ("join", "plain"),
    EntryKind.SYMPTOM_CLEARED: ("check", "done"),
    EntryKind.SYMPTOM_RETURNED: ("pulse", "late"),
    EntryKind.EVIDENCE_ATTACHED: ("file", "plain"),
    EntryKind.EVIDENCE_REFUSED: ("file", "late"),
    EntryKind.OWNER_CHANGED: ("user", "plain"),
    EntryKind.WARNED: ("bell", "soon"),
    EntryKind.BREACHED: ("clock", "late"),
    EntryKind.NOTICE_QUEUED: ("bell", "plain"),
    EntryKind.ACKNOWLEDGED: ("user", "plain"),
    EntryKind.UNACKNOWLEDGED: ("bell", "soon"),
    EntryKind.PULL_ASKED: ("file", "plain"),
    EntryKind.PULL_REFUSED: ("lock", "soon"),
    EntryKind.PULL_FAILED: ("file", "late"),
    EntryKind.PULL_EXPIRED: ("clock", "soon"),
    EntryKind.PROBLEM_LINKED: ("join", "plain"),
    EntryKind.PROBLEM_UNLINKED: ("join", "plain"),
    EntryKind.SOLUTION_SENT: ("update", "us"),
    EntryKind.ATTEMPTS_RECORDED: ("flask", "plain"),
    EntryKind.DUPLICATE_JOINED: ("join", "plain"),
    EntryKind.DUPLICATE_LEFT: ("join", "plain"),
    EntryKind.FOLLOWED: ("flag", "plain"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """`for_customer`: words of ours that the customer sees. `pieces`: a note's body cut at the colleagues it
    names (a piece, whether it is a name), empty when it names nobody. `late`: written down later."""

    sign: str
    tone: str
    text: str
    at: datetime
    for_customer: bool
    body: str
    pieces: tuple[tuple[str, bool], ...] = ()
    late: bool = False


def steps(entries: tuple[Entry, ...], zone: str, machine: str, words: Translator) -> tuple[Step, ...]:
    """Newest first, by when it happened."""
    ordered = sorted(enumerate(entries), key=lambda pair: (pair[1].at, pair[0]), reverse=True)
    return tuple(_step(entry, zone, machine, words) for _, entry in ordered)


def _step(entry: Entry, zone: str, machine: str, words: Translator) -> Step:
    sign, tone = _LOOKS[entry.kind]
    text = story.sentence(words, entry, zone, machine)
    return Step(
        sign=sign,
        tone=tone,
        # A name at the beginning is written as it is.
        text=text if text.startswith(entry.actor_name) else text[:1].upper() + text[1:],
        at=entry.at,
        for_customer=entry.for_customer and not entry.auto and entry.actor_kind is not ActorKind.CUSTOMER,
        body=entry.body,
        pieces=_pieces(entry),
        late="backdated" in entry.facts,
    )


def _pieces(entry: Entry) -> tuple[tuple[str, bool], ...]:
    logins = frozenset(filter(None, entry.facts.get("mentions", "").split(",")))
    return mention.pieces(entry.body, logins) if logins else ()
