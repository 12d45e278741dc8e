"""What customers can read and find by themselves."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.core.errors import NotFound
from controller.knowledge import shelf, store
from controller.knowledge.article import Article, Audience, Text
from controller.storage import Connection
from controller.web.pages import pages_of
from controller.web.portal.guest import HOME, Signed
from controller.web.reader import Here

router = APIRouter(prefix=HOME)


@dataclass(frozen=True, slots=True)
class Row:
    path: str
    title: str
    symptom: str


@router.get("/articles")
async def articles_page(request: Request, member: Signed, context: Here, q: str = "") -> Response:
    """The answers to `q`; without one what was published last."""
    language = member.guest.language
    async with context.storage.reading() as connection:
        if q.strip():
            found = await shelf.search(connection, q, Audience.CUSTOMERS, language)
        else:
            found = await shelf.newest(connection, Audience.CUSTOMERS, language)
    rows = [
        Row(f"{HOME}/articles/{one.article.reference}", one.text.title, one.text.symptom) for one in found
    ]
    return pages_of(request).shown(member.guest, "portal/articles", here="articles", rows=rows, q=q[:200])


@router.get("/articles/{reference}")
async def article_page(request: Request, member: Signed, context: Here, reference: str) -> Response:
    """Raises `NotFound`, for what is for staff or not published exactly as for nothing."""
    async with context.storage.reading() as connection:
        article = await found_by(connection, reference)
        if article is None or not article.open_to(Audience.CUSTOMERS):
            raise NotFound("article", reference[:40])
        text: Text = await shelf.published_text(connection, article, member.guest.language)
    return pages_of(request).shown(
        member.guest, "portal/article", here="articles", article=article, text=text,
        steps=lines(text.steps), zone=member.customer.zone,
    )  # fmt: skip


async def found_by(connection: Connection, reference: str) -> Article | None:
    """By ART-7, art-7 or 7."""
    digits = reference[4:] if reference.upper().startswith("ART-") else reference
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        return None
    return await store.article_numbered(connection, int(digits))


def lines(steps: str) -> list[str]:
    return [line.strip() for line in steps.splitlines() if line.strip()]
