"""The story and the notices, in both languages: every kind of entry and every template has its sentence."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from controller.core.actor import ActorKind
from controller.incidents.timeline import Entry, EntryKind
from controller.words import clocks, notices, story
from controller.words.catalogue import translator
from controller.words.notices import TEMPLATES, render

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FACTS = {
    "rule": "watch.down", "object": "tienda", "count": "3", "before": "high", "clock": "first_response",
    "due": NOON.isoformat(), "acted_at": (NOON + timedelta(minutes=9)).isoformat(), "fraction": "0.8",
    "size_bytes": "2048", "told": "Ana, Luis", "owner_id": "x", "owner_name": "Ana",
    "problem": "PRB-1",
}  # fmt: skip


def entry(kind: EntryKind, actor: ActorKind = ActorKind.PERSON, **said: object) -> Entry:
    fields: dict[str, object] = {
        "facts": FACTS, "severity": "critical", "level": 2, "channel": "phone", "reason": "porque sí", **said,
    }  # fmt: skip
    return Entry(UUID(int=1), UUID(int=2), kind, NOON, NOON, actor, "Luis", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", EntryKind)
def test_every_kind_has_a_sentence_in_both_languages(kind: EntryKind) -> None:
    """No kind shows its bare name, and Spanish is not English."""
    for actor in (ActorKind.PERSON, ActorKind.ENGINE, ActorKind.SYSTEM, ActorKind.AGENT):
        spanish, english = (
            story.sentence(translator(language), entry(kind, actor), "UTC", "caja-1")
            for language in ("es", "en")
        )
        assert kind.value not in (spanish, english)
        assert spanish != english
        assert "{" not in spanish + english


def test_what_is_late_says_so() -> None:
    """A controller that came late, and a call that was written down late."""
    late = entry(EntryKind.ESCALATED, ActorKind.ENGINE, facts={**FACTS, "controller_late": "1"})
    assert story.sentence(translator("es"), late, "UTC") == (
        "el reloj del contrato la escaló al nivel 2, tarde: vencía 2 mar 2026, 12:00:00 UTC, "
        "se hizo 2 mar 2026, 12:09:00 UTC"
    )
    backdated = entry(EntryKind.RESPONDED, facts={"backdated": "1"})
    assert story.sentence(translator("en"), backdated, "UTC") == (
        "Luis answered the customer by phone (written down 2 Mar 2026, 12:00:00 UTC: porque sí)"
    )


def test_text_from_outside_stays_text() -> None:
    """Braces, controls and direction marks in names and reasons neither break nor steer a sentence."""
    hostile = entry(EntryKind.ESCALATED, reason="{0.__class__} %s \x1b[31m\u202e")
    said = story.sentence(translator("es"), hostile, "UTC")
    assert "{0.__class__} %s" in said
    assert said.isprintable()


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_notice_is_written_in_both_languages(template: str) -> None:
    """Subject and body differ by language, and hold no placeholder."""
    case = {
        "reference": "INC-1",
        "severity": "critical",
        "level": "2",
        "machine": "caja-1",
        "customer": "Sol",
    }
    instants = {name: NOON.isoformat() for name in ("opened_at", "at", "asked_at")}
    facts = {**FACTS, **case, **instants, "body": "Hola {x}"}
    spanish, english = (render(template, language, "America/Mexico_City", facts) for language in ("es", "en"))
    assert spanish.subject != english.subject
    assert spanish.subject.startswith("[INC-1] ")
    for written in (spanish, english):
        assert "{" not in written.subject + written.body.replace("Hola {x}", "")
    # The way into the portal names no instant: its minutes begin when it is asked for.
    assert "CST" in spanish.body or template == "portal_link"


@pytest.mark.parametrize("kind", ["started", "stopped", "retargeted", "due", "decided", "breached"])
def test_every_step_of_a_proof_has_a_sentence(kind: str) -> None:
    """With any of its facts, in both languages."""
    facts = {"by": "first_response_deadline", "severity": "critical", "promise": "4h", "until": NOON,
             "open": timedelta(minutes=5), "choice": "kept", "before": NOON, "after": None, "from": NOON,
             "stopped": timedelta(minutes=1), "zone": "UTC", "state": "met", "due": NOON}  # fmt: skip
    for choice in ("kept", "restarted", "from_origin"):
        said = [
            story.proof_sentence(translator(language), kind, NOON, {**facts, "choice": choice}, "UTC")
            for language in ("es", "en")
        ]
        assert said[0] != said[1]
        assert "{" not in "".join(said)


def test_every_name_of_a_clock_is_translated() -> None:
    """States, clocks and channels."""
    words = translator("es")
    for names in (clocks.CLOCKS, clocks.CLOCK_STATES, clocks.CHANNELS):
        for message in names.values():
            assert words._(message) != message


def test_lateness_is_said_only_when_it_is_more_than_a_minute() -> None:
    """A controller that was in time does not excuse itself."""
    facts = {**FACTS, "reference": "INC-1", "severity": "high", "level": "1"}
    assert "tarde" in notices.render("breached", "es", "UTC", facts).body
    facts["acted_at"] = (NOON + timedelta(seconds=60)).isoformat()
    assert "tarde" not in notices.render("breached", "es", "UTC", facts).body
