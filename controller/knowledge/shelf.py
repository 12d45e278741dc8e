"""Finding articles: one question, both languages, the best first. And keeping the index as it should be."""

from dataclasses import dataclass
from uuid import UUID

from controller.knowledge import store
from controller.knowledge.article import LANGUAGES, Article, Audience, Text
from controller.knowledge.search import store as index
from controller.knowledge.search.question import question, score
from controller.knowledge.search.stems import filed
from controller.storage import Connection, Unit

MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """`text` is in the reader's language where there is one."""

    article: Article
    text: Text
    score: int


async def search(connection: Connection, words: str, audience: Audience, language: str) -> tuple[Found, ...]:
    """Published articles that `audience` may see, the best first, at most 50; the same on both databases.

    An article is found by either of its languages. Words that tell nothing find nothing.
    """
    audiences = ("staff", "customers") if audience is Audience.STAFF else ("customers",)
    points: dict[UUID, int] = {}
    for spoken in LANGUAGES:
        asked = question(words, spoken)
        for candidate in await index.candidates(connection, asked.stems, spoken, audiences):
            reached = score(asked, candidate.fields)
            points[candidate.article_id] = max(points.get(candidate.article_id, 0), reached)
    found = await store.several(connection, [known for known, reached in points.items() if reached])
    # The index is not asked who may see what: the article's own row decides.
    seen = [one for one in found.values() if one.open_to(audience)]
    seen.sort(key=lambda one: (-points[one.id], one.number))
    return tuple(
        [Found(one, await published_text(connection, one, language), points[one.id]) for one in seen[:MOST]]
    )


async def newest(connection: Connection, audience: Audience, language: str) -> tuple[Found, ...]:
    """For who has not asked yet: the last published ones, at most 50."""
    seen = [one for one in await store.articles(connection) if one.open_to(audience)]
    return tuple([Found(one, await published_text(connection, one, language), 0) for one in seen[:MOST]])


async def published_text(connection: Connection, article: Article, language: str) -> Text:
    versions = await store.versions(connection, article.id)
    return next(one for one in versions if one.number == article.published).text(language)


async def file(unit: Unit, article: Article) -> None:
    """The index holds what is published, and nothing else of this article."""
    await index.take_out(unit.connection, article.id)
    if article.published is None:
        return
    versions = await store.versions(unit.connection, article.id)
    version = next(one for one in versions if one.number == article.published)
    for language, text in version.texts.items():
        rest = "\n".join((text.cause, text.steps, text.check))
        await index.file(
            unit.connection,
            index.Filed(
                article.id,
                language,
                article.audience.value,
                filed(text.title, language),
                filed(text.symptom, language),
                filed(rest, language),
            ),
        )


async def prepare(unit: Unit) -> int:
    """At every start: makes the index if it is not there, fills it again if it lacks something.

    Returns how many articles were filed anew.
    """
    await index.create_search(unit.connection)
    published = [one for one in await store.articles(unit.connection) if one.published is not None]
    wanted = 0
    for one in published:
        versions = await store.versions(unit.connection, one.id)
        wanted += len(next(version for version in versions if version.number == one.published).texts)
    if await index.count(unit.connection) == wanted:
        return 0
    await index.take_out(unit.connection, None)
    for one in published:
        await file(unit, one)
    return len(published)
