"""What somebody typed and chose about an attempt by hand, as an offer to the room."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from starlette.requests import Request

from controller.core.actor import Actor
from controller.core.errors import Invalid
from controller.incidents.case import Incident
from controller.reproductions.offer import Offer
from controller.reproductions.reproduction import Origin, Verdict
from controller.web.console import attempt_files
from controller.web.console.acts import instant
from controller.web.context import Context
from evidence.redact import Redactor
from evidence.transcript import masked_text


async def offer_of(
    request: Request, context: Context, case: Incident, typed: Mapping[str, str], actor: Actor, zone: str
) -> Offer:
    """Files and words without their secrets: one that is known from a file is masked in the words too. The
    files are kept already. Raises `Invalid`."""
    chance = context.storage.chance
    verdict = typed.get("verdict", "")
    if verdict not in {one.value for one in Verdict}:
        raise Invalid("verdict", "is none of the three", "Choose one of the list")
    at = _tried_at(typed, zone, context.clock.now())
    redactor = Redactor(chance.token_bytes(32))
    kept = await attempt_files.keep(context.blobs, await attempt_files.given(request), redactor)

    def said(field: str, otherwise: str = "") -> str:
        text = typed.get(field, "").strip()
        return masked_text(text, redactor) if text else otherwise

    return Offer(
        id=_own_id(typed) or chance.uuid(), run_id=chance.uuid(), number=1, planned=1, case=case.reference,
        origin=Origin.HAND, recipe=said("recipe", "tried by hand"), recipe_sha256="",
        bench=said("bench", "by hand"), factors=(), started_at=at, finished_at=at,
        expected=said("expected"), seen=said("seen"), verdict=Verdict(verdict), reason=said("reason"),
        tried_by=actor.name, redactions=kept.redactions, files=kept.files,
    )  # fmt: skip


def _own_id(typed: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(typed.get("id", ""))
    except ValueError:
        return None


def _tried_at(typed: Mapping[str, str], zone: str, now: datetime) -> datetime:
    try:
        at = instant(typed.get("started_at", ""), zone) or now
    except Invalid as error:
        raise Invalid("started_at", error.limit, error.way_out) from None
    if at > now:
        raise Invalid("started_at", "lies in the future", "Write when it was tried")
    return at
