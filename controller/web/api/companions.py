"""What is told together with an incident: its pause, and the incidents that were merged with it."""

from controller.diagnostics import store as diagnostics
from controller.diagnostics.bundle import Bundle
from controller.incidents import store
from controller.incidents.case import Incident
from controller.incidents.duplicates.family import merged_into, merged_ones
from controller.incidents.pauses import store as pauses
from controller.storage import Connection
from controller.web.api import shapes
from controller.web.api.shapes import Json
from controller.words import story
from controller.words.catalogue import Translator, translator


async def shaped(connection: Connection, case: Incident, lang: str) -> Json:
    """`waiting` and `merged_into` are null where there is nothing; `merged`: those it goes on for."""
    words = translator(lang)
    pause = await pauses.pause_of(connection, case.id)
    into = await merged_into(connection, case.id)
    merged = await merged_ones(connection, case.id)
    return {
        "waiting": {
            "kind": pause.awaited.value,
            "said": story.reason(words, pause.awaited.reason),
            "since": shapes.iso(pause.since),
            "until": shapes.iso(pause.until),
            "told": pause.told,
        } if pause else None,
        "merged_into": await _told(connection, into, words) if into else None,
        "merged": [await _told(connection, one, words) for one in merged],
    }  # fmt: skip


async def _told(connection: Connection, case: Incident, words: Translator) -> Json:
    known = await shapes.names(connection, [case])
    entries = await store.timeline(connection, case.id)
    return {
        "reference": case.reference,
        "title": shapes.title(case, known, words),
        "opened_at": shapes.iso(case.opened_at),
        "timeline": [shapes.entry(one, words, known.zone(case), known.machine(case)) for one in entries],
    }


async def bundles_of(connection: Connection, case: Incident) -> tuple[Bundle, ...]:
    """Its own and those of the incidents it goes on for, the oldest first."""
    found = list(await diagnostics.bundles(connection, case.id))
    for one in await merged_ones(connection, case.id):
        found += await diagnostics.bundles(connection, one.id)
    return tuple(sorted(found, key=lambda bundle: (bundle.taken_at, bundle.sha256)))
