"""The minutes before a fault on an incident's page, also when another finding of that minute brought them."""

import html
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from controller.diagnostics import store as diagnostics
from controller.web.console.minutes import minutes_of
from controller.words.catalogue import translator
from evidence.bundle import BundleWriter
from evidence.manifest import Item
from tests.controller.web.conftest import browsing
from tests.support.console import Console
from tests.support.town import Town


async def test_the_page_draws_them_and_marks_the_fault(console: Console, town: Town) -> None:
    async with browsing(console, console.ana) as browser:
        page = html.unescape((await browser.get(f"/incidents/INC-{town.number}")).text)
    assert "Los minutos antes del fallo" in page and page.count('<svg viewBox="0 0 320 84"') == 5
    assert (
        page.index("OutOfMemoryError")
        < page.index("Aquí empezó el fallo")
        < page.index("Killed process 1188")
    )
    assert "En una tabla, minuto a minuto" in page


async def test_a_finding_of_the_same_minute_shows_the_recording_of_the_first(
    console: Console, town: Town
) -> None:
    async with console.storage.reading() as connection:
        rows = [row for row in await diagnostics.bundles(connection, town.incident_id) if row.finding_id]
    first = rows[0]
    writer = BundleWriter(agent_version="1", host="caja-1", started_at=first.taken_at)
    writer.add(Item("recorder/same-as.txt", "recorder", "recorder"), f"{first.finding_id}\n".encode())
    sha256 = await console.context.blobs.put(writer.finish(first.taken_at))
    other = replace(
        first, id=uuid4(), finding_id=uuid4(), sha256=sha256, taken_at=first.taken_at + timedelta(0, 9)
    )
    words = translator("es")
    async with console.storage.reading() as connection:
        shared = await minutes_of(connection, console.context.blobs, [other], words)
        stranger = await minutes_of(
            connection, console.context.blobs, [replace(other, machine_id=uuid4())], words
        )
    assert shared is not None and len(shared.sketches) == 5
    assert stranger is None, "another machine's recording is nobody's to point at"
