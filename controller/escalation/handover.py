"""The hand-over packet: what whoever comes next must know, from the timeline alone."""

from collections.abc import Iterable

from controller.incidents.timeline import Entry, EntryKind
from controller.words import formats, story
from controller.words.catalogue import translator

_NOISE = frozenset({EntryKind.NOTICE_QUEUED, EntryKind.WARNED})
_MOST_CHARACTERS = 20_000


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
