"""The hand-over packet: what whoever comes next must know, from the timeline alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from controller.incidents import store as incidents
from controller.incidents.timeline import Entry, EntryKind
from controller.notify.notice import Notice
from controller.notify.wording import Rest
from controller.storage import Connection
from controller.words import formats, story
from controller.words.catalogue import translator

_NOISE = frozenset({EntryKind.NOTICE_QUEUED, EntryKind.WARNED})
_MOST_CHARACTERS = 20_000

UNTIL = "handover_until"
"""The fact of a notice that says up to which entry, by when it was recorded, its packet tells the story: each
entry of a timeline is recorded after the one before it, and none is ever changed."""


def packet(entries: Iterable[Entry], language: str, zone: str, machine: str = "") -> str:
    """One line for each happening, people's words under it; of a long one the newest end is kept."""
    words = translator(language)
    lines: list[str] = []
    for entry in entries:
        if entry.kind in _NOISE:
            continue
        at = formats.instant(entry.at, words.language, zone)
        lines.append(f"- {at}  {story.sentence(words, entry, zone, machine)}")
        lines.extend(f"    {line}" for line in entry.body.splitlines())
    text = "\n".join(lines)
    if len(text) <= _MOST_CHARACTERS:
        return text
    return "[...]\n" + text[-_MOST_CHARACTERS:]


async def packets(connection: Connection, notices: Sequence[Notice]) -> Rest:
    """The packets that notices left to their sender."""
    wanted = {one.subject_id for one in notices if one.subject_id and UNTIL in (one.facts or {})}
    stories = await incidents.timelines(connection, wanted) if wanted else {}

    def rest(notice: Notice) -> Mapping[str, str]:
        facts = notice.facts or {}
        if notice.subject_id is None or UNTIL not in facts:
            return {}
        until = datetime.fromisoformat(facts[UNTIL])
        story = [entry for entry in stories[notice.subject_id] if entry.recorded_at <= until]
        told = packet(story, notice.language, notice.zone or "UTC", facts.get("machine", ""))
        return {"handover": told}

    return rest
