"""What may be written here, and by whom (trust.md, Limits)."""

from datetime import datetime

from controller.core.actor import Actor, ActorKind
from controller.core.errors import Invalid
from controller.incidents.case import Incident
from controller.people.access import Act, demand

BODY_BYTES = 64 * 1024
SUMMARY_CHARACTERS = 2_000
REASON_CHARACTERS = 2_000
CHANNELS = ("phone", "email", "web", "in_person")
BROADCAST = "broadcast"
"""The channel of a solution sent to everyone who has a problem; nobody types it."""
LEVELS = (1, 2, 3)


def check_writer(actor: Actor) -> None:
    """Staff from engineer up, and the controller itself. Raises `Refused`."""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.ENGINE):
        return
    demand(actor, Act.WORK_INCIDENTS)


def check_text(field: str, text: str, *, most_bytes: int = BODY_BYTES, required: bool = True) -> str:
    """The text without white space around it. Raises `Invalid` naming the field and the limit."""
    text = text.strip()
    if required and not text:
        raise Invalid(field, "is empty", "Say it in a few words")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Invalid(field, "holds half of a character (a lone surrogate)", "Write it again") from None
    if size > most_bytes:
        raise Invalid(field, f"has {size} bytes, at most {most_bytes} are taken", "Shorten it")
    if "\0" in text:
        raise Invalid(field, "holds a NUL character", "Remove it")
    return text


def check_characters(field: str, text: str, most: int, *, required: bool = True) -> str:
    text = check_text(field, text, required=required)
    if len(text) > most:
        raise Invalid(field, f"has {len(text)} characters, at most {most} are taken", "Shorten it")
    return text


def check_channel(channel: str | None) -> str | None:
    if channel is not None and channel not in CHANNELS:
        raise Invalid("channel", f"{channel[:40]!r} is not a channel", f"Use one of {', '.join(CHANNELS)}")
    return channel


def check_instant(at: datetime | None, reason: str | None, case: Incident, now: datetime) -> datetime:
    """When it happened: now, or earlier with a reason, never before the incident was opened (T9)."""
    if at is None:
        return now
    if at.tzinfo is None:
        raise Invalid("at", "has no time zone", "Write it as 2026-03-02T10:30:00-06:00 or with Z")
    if at > now:
        raise Invalid("at", "lies in the future", f"Give an instant up to {now:%Y-%m-%dT%H:%M:%SZ}")
    if at < case.opened_at:
        raise Invalid(
            "at",
            "lies before the incident was opened",
            f"Give one from {case.opened_at:%Y-%m-%dT%H:%M:%SZ} on",
        )
    if not (reason or "").strip():
        raise Invalid("reason", "is empty", "Say why it is written down later than it happened")
    return at
