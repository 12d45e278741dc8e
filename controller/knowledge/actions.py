"""Verbs of articles: drafted, written, reviewed by somebody else, published, proven, withdrawn."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from controller.audit.actions import record
from controller.core.actor import Actor
from controller.core.errors import Conflict, Invalid, NotFound, Refused
from controller.incidents.limits import check_characters, check_text, check_writer
from controller.knowledge import shelf, store
from controller.knowledge.article import LANGUAGES, Article, Audience, Text, Version
from controller.storage import Unit

TITLE_CHARACTERS = 255


async def draft(unit: Unit, texts: Iterable[Text], origin: str = "") -> Article:
    """A new article, seen by staff alone. `texts`: one for each language, at least one; `origin` is a
    reference such as PRB-3. Raises `Invalid`."""
    check_writer(unit.actor)
    checked = [_checked(text) for text in texts]
    if not checked:
        raise Invalid("language", "is missing", "Write it in Spanish or in English at least")
    article = Article(
        id=unit.chance.uuid(),
        number=await store.next_number(unit.connection),
        origin=check_characters("origin", origin, 64, required=False),
        latest=1,
        published=None,
        audience=Audience.STAFF,
        proven_at=None,
        proven_by="",
        created_at=unit.now,
        updated_at=unit.now,
    )
    await store.add(unit.connection, article)
    version = Version(
        1, (_who(unit.actor),), unit.actor.name, unit.now, "", None, None,
        {text.language: text for text in checked},
    )  # fmt: skip
    await store.save_version(unit.connection, article.id, version)
    return article


async def write(unit: Unit, article_id: UUID, text: Text) -> Article:
    """One language anew. The draft changes, and needs its review again; readers of a published version keep
    it, and a new draft begins. Raises `Invalid`, `NotFound`."""
    check_writer(unit.actor)
    text = _checked(text)
    article, latest = await _load(unit, article_id)
    me = _who(unit.actor)
    # One that was published stays as it was, whether it still is or was withdrawn.
    if latest.published_at is not None:
        latest = replace(latest, number=latest.number + 1, writers=(), published_at=None)
    writers = latest.writers if me in latest.writers else (*latest.writers, me)
    version = replace(
        latest, writers=writers, writer_name=unit.actor.name, written_at=unit.now, reviewer_name="",
        reviewed_at=None, texts={**latest.texts, text.language: text},
    )  # fmt: skip
    await store.save_version(unit.connection, article.id, version)
    return await _saved(unit, replace(article, latest=version.number))


async def review(unit: Unit, article_id: UUID) -> Article:
    """A second pair of eyes finds it right, clear and free of personal data.

    Raises `Refused` for whoever wrote any of it, `Conflict` when there is nothing to review.
    """
    check_writer(unit.actor)
    article, latest = await _load(unit, article_id)
    if latest.reviewed_at is not None:
        raise Conflict(f"{article.reference} was reviewed already")
    if _who(unit.actor) in latest.writers:
        raise Refused("whoever wrote it cannot review it; ask a colleague")
    reviewed = replace(latest, reviewer_name=unit.actor.name, reviewed_at=unit.now)
    await store.save_version(unit.connection, article.id, reviewed)
    await record(unit, "article.review", article.reference, {"version": str(latest.number)})
    return await _saved(unit, article)


async def publish(unit: Unit, article_id: UUID, audience: Audience) -> Article:
    """The newest version, for staff or for customers too; from now on it is found.

    Raises `Conflict` for one that nobody has reviewed. Publishing again changes the audience.
    """
    check_writer(unit.actor)
    article, latest = await _load(unit, article_id)
    if latest.reviewed_at is None:
        raise Conflict(f"{article.reference} was not reviewed by a second person yet")
    if latest.published_at is None:
        await store.save_version(unit.connection, article.id, replace(latest, published_at=unit.now))
    facts = {"version": str(latest.number), "audience": audience.value}
    await record(unit, "article.publish", article.reference, facts)
    saved = await _saved(unit, replace(article, published=latest.number, audience=audience))
    await shelf.file(unit, saved)
    return saved


async def withdraw(unit: Unit, article_id: UUID, reason: str) -> Article:
    """Nobody finds it any more; its versions stay. Raises `Conflict` when it is not published."""
    check_writer(unit.actor)
    reason = check_characters("reason", reason, 2_000)
    article, _ = await _load(unit, article_id)
    if article.published is None:
        raise Conflict(f"{article.reference} is not published")
    await record(unit, "article.withdraw", article.reference, {"reason": reason})
    saved = await _saved(unit, replace(article, published=None))
    await shelf.file(unit, saved)
    return saved


async def prove(unit: Unit, article_id: UUID) -> Article:
    """Somebody did what it says and saw its check hold, now."""
    check_writer(unit.actor)
    article, _ = await _load(unit, article_id)
    return await _saved(unit, replace(article, proven_at=unit.now, proven_by=unit.actor.name))


async def _load(unit: Unit, article_id: UUID) -> tuple[Article, Version]:
    article = await store.article(unit.connection, article_id, lock=True)
    if article is None:
        raise NotFound("article", str(article_id))
    versions = await store.versions(unit.connection, article.id)
    return article, versions[-1]


async def _saved(unit: Unit, article: Article) -> Article:
    changed = replace(article, updated_at=unit.now)
    await store.save(unit.connection, changed)
    return changed


def _checked(text: Text) -> Text:
    if text.language not in LANGUAGES:
        raise Invalid("language", f"{text.language[:20]!r} is not spoken here", "Choose es or en")
    return Text(
        language=text.language,
        title=check_characters("title", text.title, TITLE_CHARACTERS),
        symptom=check_text("symptom", text.symptom),
        cause=check_text("cause", text.cause, required=False),
        steps=check_text("steps", text.steps),
        check=check_text("check", text.check, required=False),
    )


def _who(actor: Actor) -> str:
    """Who it is, for telling two people apart: a colleague at the controller's own machine has no id."""
    return str(actor.id) if actor.id else f"login:{actor.name}"
