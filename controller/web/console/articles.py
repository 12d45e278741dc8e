"""Articles for staff: found, drafted, written, reviewed, published."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.actor import Actor
from controller.core.errors import Conflict, Invalid, NotFound, Refused
from controller.knowledge import actions, shelf, store
from controller.knowledge.article import Article, Audience, Text
from controller.people.access import Act, demand
from controller.storage import Unit
from controller.web import article as reading
from controller.web.article import Whole
from controller.web.console.typed import typed_in
from controller.web.context import Context
from controller.web.fault import Fault, fault, refused
from controller.web.pages import pages_of
from controller.web.reader import Here, Reader, Staff
from controller.words.requests import ARTICLE_STATES, AUDIENCES

router = APIRouter()
FIELDS = ("title", "symptom", "cause", "steps", "check")
TONES = {"draft": "soon", "reviewed": "calm", "published": "done"}


@dataclass(frozen=True, slots=True)
class Row:
    reference: str
    path: str
    title: str
    state: str
    tone: str
    audience: str
    updated_at: datetime
    proven_at: datetime | None


@router.get("/articles")
async def articles_page(request: Request, reader: Staff, context: Here, q: str = "") -> Response:
    """All, drafts included, or the published ones that answer `q`."""
    async with context.storage.reading() as connection:
        if q.strip():
            found = await shelf.search(connection, q, Audience.STAFF, reader.language)
            rows = [_row(reader, one.article, one.text.title) for one in found]
        else:
            every = await store.articles(connection)
            titles = await store.titles(connection, [one.id for one in every])
            rows = [
                _row(
                    reader, one,
                    titles.get((one.id, one.latest, reader.language))
                    or next(titles[key] for key in titles if key[:2] == (one.id, one.latest)),
                )
                for one in every
            ]  # fmt: skip
    return pages_of(request).shown(
        reader, "articles", here="articles", rows=rows, q=q[:200], zone=_zone(reader),
        may_write=reader.may_write,
    )  # fmt: skip


@router.get("/articles/new")
async def new_page(
    request: Request, reader: Staff, context: Here, origin: str = "", language: str = ""
) -> Response:
    """`origin`: a problem whose words the draft begins with."""
    lent: Text | None = None
    if origin:
        async with context.storage.reading() as connection:
            known = await reading.lent_by(connection, origin)
        lent = known.get(language or reader.language) or next(iter(known.values()), None)
    spoken = lent.language if lent else language or reader.language
    typed = {"language": spoken, "origin": origin}
    if lent:
        typed |= {name: str(getattr(lent, name)) for name in FIELDS}
    return _new(request, reader, typed)


@router.post("/articles")
async def draft(request: Request, reader: Staff, context: Here) -> Response:
    typed = await typed_in(request)
    actor = _writer(reader)
    try:
        async with context.storage.unit(actor) as unit:
            article = await actions.draft(unit, [_text(typed)], typed.get("origin", ""))
    except Invalid as error:
        return _new(request, reader, typed, 422, fault(reader.words, error))
    return RedirectResponse(f"/articles/{article.reference}", 303)


@router.get("/articles/{reference}")
async def article_page(
    request: Request, reader: Staff, context: Here, reference: str, write: str = ""
) -> Response:
    """`write`: the language whose form is open. Raises `NotFound`."""
    return await _shown(request, reader, context, reference, write=write)


@router.post("/articles/{reference}/{act}")
async def perform(request: Request, reader: Staff, context: Here, reference: str, act: str) -> Response:
    """write, review, publish, prove or withdraw."""
    verb = _VERBS.get(act)
    if verb is None:
        raise NotFound("form", act[:40])
    typed = await typed_in(request)
    actor = _writer(reader)
    faults: Fault | None = None
    refusal = ""
    try:
        async with context.storage.unit(actor) as unit:
            article = await reading.found(unit.connection, reference)
            await verb(unit, article, typed)
    except Invalid as error:
        faults = fault(reader.words, error)
    except (Conflict, Refused) as error:
        refusal = refused(reader.words, error)
    else:
        return RedirectResponse(f"/articles/{article.reference}", 303)
    return await _shown(
        request, reader, context, reference, 422 if faults else 409,
        write=typed.get("language", "") if act == "write" else "", typed=typed, faults=faults,
        refusal=refusal,
    )  # fmt: skip


async def _write(unit: Unit, article: Article, typed: Mapping[str, str]) -> None:
    await actions.write(unit, article.id, _text(typed))


async def _review(unit: Unit, article: Article, _: Mapping[str, str]) -> None:
    await actions.review(unit, article.id)


async def _publish(unit: Unit, article: Article, typed: Mapping[str, str]) -> None:
    chosen = next((one for one in Audience if one.value == typed.get("audience")), None)
    if chosen is None:
        raise Invalid("audience", "is missing", "Choose one")
    await actions.publish(unit, article.id, chosen)


async def _prove(unit: Unit, article: Article, _: Mapping[str, str]) -> None:
    await actions.prove(unit, article.id)


async def _withdraw(unit: Unit, article: Article, typed: Mapping[str, str]) -> None:
    await actions.withdraw(unit, article.id, typed.get("reason", ""))


_VERBS: Mapping[str, Callable[[Unit, Article, Mapping[str, str]], Awaitable[None]]] = {
    "write": _write,
    "review": _review,
    "publish": _publish,
    "prove": _prove,
    "withdraw": _withdraw,
}


def _writer(reader: Reader) -> Actor:
    assert reader.actor is not None
    demand(reader.actor, Act.WORK_INCIDENTS)
    return reader.actor


def _text(typed: Mapping[str, str]) -> Text:
    return Text(typed.get("language", ""), *(typed.get(name, "") for name in FIELDS))


def _row(reader: Reader, article: Article, title: str) -> Row:
    state = "published" if article.published == article.latest else "draft"
    return Row(
        article.reference, f"/articles/{article.reference}", title, reader.words._(ARTICLE_STATES[state]),
        TONES[state],
        reader.words._(AUDIENCES[article.audience.value]) if article.published is not None else "",
        article.updated_at, article.proven_at,
    )  # fmt: skip


def _new(
    request: Request, reader: Reader, typed: Mapping[str, str], status: int = 200, faults: Fault | None = None
) -> Response:
    return pages_of(request).shown(
        reader, "article_new", status, here="articles", typed=typed, faults=faults, may_write=reader.may_write
    )


async def _shown(
    request: Request, reader: Reader, context: Context, reference: str, status: int = 200, *,
    write: str = "", typed: Mapping[str, str] | None = None, faults: Fault | None = None, refusal: str = "",
) -> Response:  # fmt: skip
    async with context.storage.reading() as connection:
        whole: Whole = await reading.read_whole(connection, reference)
    latest = whole.latest
    written = latest.texts.get(write)
    filled = typed or (
        {name: str(getattr(written, name)) for name in FIELDS} | {"language": write}
        if written
        else {"language": write}
    )
    me = str(reader.actor.id) if reader.actor and reader.actor.id else ""
    return pages_of(request).shown(
        reader, "article", status, here="articles", article=whole.article, latest=latest,
        state=whole.state, state_word=reader.words._(ARTICLE_STATES[whole.state]), tone=TONES[whole.state],
        audience=reader.words._(AUDIENCES[whole.article.audience.value]), versions=whole.versions,
        mine=me in latest.writers, write=write if write in ("es", "en") else "", typed=filled,
        faults=faults, refusal=refusal, may_write=reader.may_write, zone=_zone(reader),
    )  # fmt: skip


def _zone(reader: Reader) -> str:
    return reader.session.user.zone if reader.session else "UTC"
