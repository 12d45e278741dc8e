"""What both doors need of duty: in which zone a level's times are meant, and instants as people type them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from controller.core.errors import Invalid
from controller.escalation.acknowledgement.round import Round
from controller.escalation.reaction import Reaction
from controller.escalation.rota import store
from controller.storage import Connection
from controller.words import duty, formats, rules
from controller.words.catalogue import Translator


async def zone_of(connection: Connection, at: datetime, level: int | None = None) -> str:
    """Of the level's first rota then, else of any rota, else UTC."""
    version = await store.version_at(connection, at)
    rotas = version.schedule.rotas if version else ()
    own = [rota.zone for rota in rotas if rota.level == level]
    return next(iter([*own, *(rota.zone for rota in rotas)]), "UTC")


def instant(field: str, text: str, zone: str) -> datetime:
    """Local to `zone` unless it says otherwise; of a repeated local time the first (contract.md T10)."""
    way_out = "Write it as 2026-12-12T10:00"
    try:
        read = datetime.fromisoformat(text.strip())
        local = read if read.tzinfo else read.replace(tzinfo=formats.zone_named(zone), fold=0)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(field, "is no date and time", way_out) from None


def waiting(words: Translator, asked: Round | None, zone: str) -> str:
    """ "waiting for Ana Ruiz to acknowledge since 03:10"; "" when nobody is waited for."""
    if asked is None:
        return ""
    hour = formats.time_of_day(asked.asked_at, words.language, zone)
    return duty.waiting(words, tuple(one.name for one in asked.told), hour)


def next_telling(words: Translator, asked: Round | None, zone: str) -> str:
    """The hour at which the next are told; "" when all there are have been."""
    return formats.time_of_day(asked.due, words.language, zone) if asked and asked.due else ""


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def reacted(words: Translator, found: Iterable[Reaction], zone: str) -> tuple[str, ...]:
    """How long each level took to act and who was told when, as sentences (contract.md T4a)."""
    said: list[str] = []
    for one in found:
        told = ", ".join(
            f"{names} ({formats.time_of_day(at, words.language, zone)})" for at, names in one.told
        )
        act, name = (one.act.kind.value, one.act.actor_name) if one.act else (None, "")
        sentence = duty.reaction(words, one.level, rules.cleaned(told), act, rules.cleaned(name), one.took)
        said.append(sentence)
    return tuple(said)
