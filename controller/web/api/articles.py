"""Articles over the API: the same verbs as on their pages."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from controller.core.actor import Actor
from controller.knowledge import actions, shelf, store
from controller.knowledge.article import Article, Audience, Text, state_of
from controller.storage import Unit
from controller.web import article as reading
from controller.web.api import shapes
from controller.web.api.peer import Here, Reader, Short, Words, Worker
from controller.web.article import Whole
from controller.web.context import Context
from controller.words.catalogue import chosen

router = APIRouter(prefix="/api/v1/articles")
Language = Annotated[str, Query(max_length=35)]


class NewText(BaseModel):
    """Only what is given is taken; the rest is lent by a problem (`origin`), or stays empty."""

    model_config = ConfigDict(extra="forbid")

    language: Short = "es"
    title: Words | None = None
    symptom: Words | None = None
    cause: Words | None = None
    steps: Words | None = None
    check: Words | None = None

    def over(self, lent: Text | None) -> Text:
        """This text where it says something, else `lent`'s."""
        given = self.model_dump(exclude={"language", "origin"}, exclude_none=True)
        empty = {"title": "", "symptom": "", "cause": "", "steps": "", "check": ""}
        known = {name: getattr(lent, name) for name in empty} if lent else empty
        return Text(language=self.language, **{**known, **given})


class NewArticle(NewText):
    origin: Short = ""


class Readers(BaseModel):
    model_config = ConfigDict(extra="forbid")

    audience: Audience


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Words


def shape(whole: Whole) -> dict[str, Any]:
    """`texts` are the newest version's; `published` is the version that readers get, null for none."""
    article, latest = whole.article, whole.latest
    return {
        "reference": article.reference,
        "state": state_of(article, latest),
        "origin": article.origin or None,
        "version": latest.number,
        "published": article.published,
        "audience": article.audience.value if article.published is not None else None,
        "written_by": latest.writer_name,
        "written_at": shapes.iso(latest.written_at),
        "reviewed_by": latest.reviewer_name or None,
        "reviewed_at": shapes.iso(latest.reviewed_at),
        "proven_at": shapes.iso(article.proven_at),
        "proven_by": article.proven_by or None,
        "texts": {
            language: {
                "title": text.title,
                "symptom": text.symptom,
                "cause": text.cause,
                "steps": text.steps,
                "check": text.check,
            }
            for language, text in latest.texts.items()
        },
    }


@router.get("")
async def listed(
    context: Here, _: Reader, q: Short = "", audience: Audience = Audience.STAFF, lang: Language = "en"
) -> list[dict[str, Any]]:
    """With `q`: the published ones that answer it, the best first; otherwise all, the last changed first."""
    language = chosen(lang)
    async with context.storage.reading() as connection:
        if q.strip():
            answers = await shelf.search(connection, q, audience, language)
            return [{**_line(one.article, one.text.title), "score": one.score} for one in answers]
        every = await store.articles(connection)
        titles = await store.titles(connection, [one.id for one in every])
    return [
        _line(
            one,
            titles.get((one.id, one.latest, language))
            or next(titles[key] for key in titles if key[:2] == (one.id, one.latest)),
        )
        for one in every
    ]


def _line(article: Article, title: str) -> dict[str, Any]:
    return {
        "reference": article.reference,
        "title": title,
        "version": article.latest,
        "published": article.published,
        "audience": article.audience.value if article.published is not None else None,
        "proven_at": shapes.iso(article.proven_at),
        "updated_at": shapes.iso(article.updated_at),
    }


@router.post("")
async def draft(context: Here, actor: Worker, new: NewArticle) -> dict[str, Any]:
    """From a problem (`origin`) with what it says already in that language, or from what is given alone."""
    lent: dict[str, Text] = {}
    if new.origin:
        async with context.storage.reading() as connection:
            lent = await reading.lent_by(connection, new.origin)
    async with context.storage.unit(actor) as unit:
        article = await actions.draft(unit, [new.over(lent.get(new.language))], new.origin.upper())
    return await _standing(context, article.reference)


@router.get("/{reference}")
async def whole(context: Here, _: Reader, reference: str) -> dict[str, Any]:
    return await _standing(context, reference)


async def _standing(context: Context, reference: str) -> dict[str, Any]:
    async with context.storage.reading() as connection:
        return shape(await reading.read_whole(connection, reference))


Verb = Callable[[Unit, Article], Awaitable[Article]]


async def _act(context: Context, actor: Actor, reference: str, verb: Verb) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        await verb(unit, await reading.found(unit.connection, reference))
    return await _standing(context, reference)


@router.post("/{reference}/write")
async def write(context: Here, actor: Worker, reference: str, new: NewText) -> dict[str, Any]:
    """Fields that are not given stay as they are in that language."""
    async with context.storage.reading() as connection:
        known = (await reading.read_whole(connection, reference)).latest.texts.get(new.language)
    text = new.over(known)
    return await _act(context, actor, reference, lambda unit, one: actions.write(unit, one.id, text))


@router.post("/{reference}/review")
async def review(context: Here, actor: Worker, reference: str) -> dict[str, Any]:
    return await _act(context, actor, reference, lambda unit, one: actions.review(unit, one.id))


@router.post("/{reference}/publish")
async def publish(context: Here, actor: Worker, reference: str, to: Readers) -> dict[str, Any]:
    return await _act(context, actor, reference, lambda unit, one: actions.publish(unit, one.id, to.audience))


@router.post("/{reference}/prove")
async def prove(context: Here, actor: Worker, reference: str) -> dict[str, Any]:
    return await _act(context, actor, reference, lambda unit, one: actions.prove(unit, one.id))


@router.post("/{reference}/withdraw")
async def withdraw(context: Here, actor: Worker, reference: str, why: Why) -> dict[str, Any]:
    return await _act(context, actor, reference, lambda unit, one: actions.withdraw(unit, one.id, why.reason))
