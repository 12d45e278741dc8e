"""An article from its first draft to the customers who find it, on both databases."""

import pytest

from controller.core.errors import Conflict, Invalid, NotFound, Refused
from controller.knowledge import actions, shelf, store
from controller.knowledge.article import Article, Audience, Text, state_of
from controller.knowledge.search import store as index
from tests.support.desk import Desk

SPANISH = Text(
    "es",
    "Error de impresión después de la actualización",
    "Los tickets no salen; ayer sí se imprimían bien",
    "El controlador 31.0.15 pierde la cola",
    "Abra la cola de impresión\nQuite los trabajos parados",
    "Imprima una página de prueba",
)
ENGLISH = Text(
    "en", "Printing fails after the update", "Receipts do not come out", "The driver loses the queue",
    "Open the queue\nRemove stuck jobs", "Print a test page",
)  # fmt: skip
DOOR = Text("es", "La puerta del almacén no cierra", "Se queda abierta", "", "Llame al cerrajero", "")


async def published(desk: Desk, *texts: Text, audience: Audience = Audience.CUSTOMERS) -> Article:
    """Written by Luis, reviewed and published by Ana."""
    async with desk.storage.unit(desk.luis.actor) as unit:
        article = await actions.draft(unit, texts, origin="PRB-1")
    async with desk.storage.unit(desk.ana.actor) as unit:
        await actions.review(unit, article.id)
        return await actions.publish(unit, article.id, audience)


async def found(
    desk: Desk, words: str, audience: Audience = Audience.CUSTOMERS, language: str = "es"
) -> list[str]:
    async with desk.storage.reading() as connection:
        return [one.text.title for one in await shelf.search(connection, words, audience, language)]


@pytest.mark.parametrize(
    "words",
    ["impresion", "imprimian", "impresión", "imprimían", "IMPRIMIR", "la impresora no imprime", "printing",
     "printed receipts", "31.0.15", "cola de impresion!"],
)  # fmt: skip
async def test_it_is_found_as_people_type(desk: Desk, words: str) -> None:
    await published(desk, SPANISH, ENGLISH)
    await published(desk, DOOR)
    assert await found(desk, words) == [SPANISH.title]
    assert await found(desk, words, language="en") == [ENGLISH.title]


@pytest.mark.parametrize("words", ["", "   ", "de la", "tomate", "x" * 5_000, "zapato OR impresora AND NOT"])
async def test_what_is_not_asked_for_is_not_shown(desk: Desk, words: str) -> None:
    await published(desk, SPANISH)
    assert await found(desk, words) == []


@pytest.mark.parametrize(
    "words",
    ['"', "'", "''", '"impresion', "impresion*", "impresion)", "(impresion", "title:impresion", "^impresion",
     "NEAR(impresion cola)", "impresion -cola", "{title} : impresion", "impresion:*", "impresion & !cola",
     "impresion <-> cola", "\\impresion", "impresion; DROP TABLE article_search; --", "impresion\x00",
     "%s:x"],
)  # fmt: skip
async def test_no_sign_of_a_query_language_means_anything(desk: Desk, words: str) -> None:
    """Neither FTS5 nor tsquery ever sees what was typed: only stems of a-z and 0-9 get through."""
    await published(desk, SPANISH)
    assert await found(desk, words) in ([SPANISH.title], [])
    assert await found(desk, "impresion") == [SPANISH.title]


async def test_the_best_answer_stands_first(desk: Desk) -> None:
    aside = Text("es", "Cambiar el papel", "Se acabó el papel", "", "Abra la impresora", "")
    await published(desk, aside)
    await published(desk, SPANISH)
    assert await found(desk, "impresora") == [SPANISH.title, aside.title]


async def test_customers_do_not_find_what_is_for_staff(desk: Desk) -> None:
    await published(desk, SPANISH, audience=Audience.STAFF)
    assert await found(desk, "impresion") == []
    assert await found(desk, "impresion", Audience.STAFF) == [SPANISH.title]


async def test_nobody_reviews_what_they_wrote(desk: Desk) -> None:
    """Also not an administrator, also not whoever wrote one of two languages only."""
    async with desk.storage.unit(desk.root.actor) as unit:
        article = await actions.draft(unit, [SPANISH])
        with pytest.raises(Refused, match="cannot review it"):
            await actions.review(unit, article.id)
        with pytest.raises(Conflict, match="not reviewed"):
            await actions.publish(unit, article.id, Audience.STAFF)
    async with desk.storage.unit(desk.ana.actor) as unit:
        await actions.write(unit, article.id, ENGLISH)
        with pytest.raises(Refused):
            await actions.review(unit, article.id)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.review(unit, article.id)
    assert await found(desk, "impresion", Audience.STAFF) == [], "reviewed is not published"


async def test_a_change_after_the_review_needs_another_one(desk: Desk) -> None:
    async with desk.storage.unit(desk.luis.actor) as unit:
        article = await actions.draft(unit, [SPANISH])
    async with desk.storage.unit(desk.ana.actor) as unit:
        await actions.review(unit, article.id)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.write(unit, article.id, ENGLISH)
        with pytest.raises(Conflict):
            await actions.publish(unit, article.id, Audience.CUSTOMERS)


async def test_readers_keep_the_published_version_until_the_next_one_is(desk: Desk) -> None:
    article = await published(desk, SPANISH)
    newer = Text("es", "El escáner hace ruido", "Suena", "", "Límpielo", "")
    async with desk.storage.unit(desk.luis.actor) as unit:
        changed = await actions.write(unit, article.id, newer)
    assert (changed.published, changed.latest) == (1, 2)
    assert await found(desk, "escaner") == []
    assert await found(desk, "impresion") == [SPANISH.title]
    async with desk.storage.unit(desk.eva.actor) as unit:
        await actions.review(unit, article.id)
        await actions.publish(unit, article.id, Audience.CUSTOMERS)
    assert await found(desk, "escaner") == [newer.title]
    assert await found(desk, "impresion") == []
    async with desk.storage.reading() as connection:
        first, second = await store.versions(connection, article.id)
    assert (first.texts["es"], first.reviewer_name) == (SPANISH, "Ana Ruiz"), "the old version stays readable"
    assert (second.writers, second.reviewer_name) == ((str(desk.luis.id),), "Eva Sanz")


async def test_a_withdrawn_article_is_found_by_nobody_and_may_come_back(desk: Desk) -> None:
    article = await published(desk, SPANISH)
    async with desk.storage.unit(desk.ana.actor) as unit:
        await actions.withdraw(unit, article.id, "The vendor mended it")
        with pytest.raises(Conflict):
            await actions.withdraw(unit, article.id, "again")
    assert await found(desk, "impresion", Audience.STAFF) == []
    async with desk.storage.unit(desk.ana.actor) as unit:
        again = await actions.publish(unit, article.id, Audience.STAFF)
    assert await found(desk, "impresion", Audience.STAFF) == [SPANISH.title]
    async with desk.storage.reading() as connection:
        versions = await store.versions(connection, article.id)
    assert state_of(again, versions[-1]) == "published"


async def test_it_says_when_it_was_last_seen_to_help(desk: Desk) -> None:
    article = await published(desk, SPANISH)
    assert article.proven_at is None
    async with desk.storage.unit(desk.eva.actor) as unit:
        proven = await actions.prove(unit, article.id)
    assert (proven.proven_at, proven.proven_by) == (desk.clock.now(), "Eva Sanz")


async def test_what_cannot_be_an_article_is_refused_by_field(desk: Desk) -> None:
    async with desk.storage.unit(desk.luis.actor) as unit:
        for field, text in (
            ("language", Text("fr", "t", "s", "", "x", "")),
            ("title", Text("es", " ", "s", "", "x", "")),
            ("title", Text("es", "t" * 256, "s", "", "x", "")),
            ("symptom", Text("es", "t", "", "", "x", "")),
            ("steps", Text("es", "t", "s", "", "", "")),
            ("cause", Text("es", "t", "s", "x" * 65_537, "x", "")),
        ):
            with pytest.raises(Invalid) as refused:
                await actions.draft(unit, [text])
            assert refused.value.field == field
        with pytest.raises(Invalid):
            await actions.draft(unit, [])
        with pytest.raises(NotFound):
            await actions.prove(unit, desk.machine_id)


async def test_the_index_is_made_once_and_fills_itself_again(desk: Desk) -> None:
    """It is derived: whoever loses it starts the controller."""
    await published(desk, SPANISH, ENGLISH)
    async with desk.storage.unit() as unit:
        assert await shelf.prepare(unit) == 0
        await index.take_out(unit.connection, None)
    assert await found(desk, "impresion") == []
    async with desk.storage.unit() as unit:
        assert await shelf.prepare(unit) == 1
        assert await shelf.prepare(unit) == 0
    assert await found(desk, "impresion") == [SPANISH.title]
