"""One customer cannot see, by any address, what belongs to another; nor anything of ours.

The matrix is made from the site's own routes: a new page of the portal is in it on the day it is written, and
one whose address this file cannot fill in fails here.
"""

import re

import httpx
import pytest
from fastapi.routing import APIRoute

from controller.incidents import store as incidents
from controller.knowledge import store as articles
from controller.web.site import build_site
from tests.controller.web.portal.conftest import visiting
from tests.support.console import Console, session_token
from tests.support.neighbours import MARTA, ROSA, House, Neighbours, portal_token

# Without a session these are for everybody; they show nothing of anybody's.
OPEN_DOORS = {"/portal/sign-in", "/portal/enter/{token}"}
CONSOLE_DOORS = {"/sign-in", "/link/{token}", "/preferences", "/", "/portal", "/duty/calendar/{token}/{file}"}


def routes(console: Console) -> list[tuple[str, str]]:
    """(method, path) of every page of the site."""
    site = build_site(console.context)
    found = [
        (method, route.path)
        for route in _flat(site.routes)
        for method in sorted(route.methods)
        if method != "HEAD"
    ]
    assert len(found) > 30
    return found


def _flat(every: list[object]) -> list[APIRoute]:
    found: list[APIRoute] = []
    for route in every:
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "app", None)
            found += _flat(list(getattr(inner, "routes", [])))
    return found


def addresses(path: str, house: House, neighbours: Neighbours) -> list[str]:
    """The path with everything that belongs to `house` (and what is nobody's outside) put into it."""
    values: dict[str, list[str]] = {
        "act": ["answer", "confirm", "reopen", "pause", "draft"],
        "token": ["x" * 43],
    }
    if "/articles/" in path:
        values["reference"] = [neighbours.staff_article, neighbours.draft, neighbours.draft[4:]]
    else:
        values["reference"] = [name for case in house.cases for name in (case.reference, str(case.number))]
    made = [path]
    for name in re.findall(r"\{(\w+)\}", path):
        assert name in values, f"say here what {name!r} of {path} may be"
        made = [one.replace(f"{{{name}}}", value) for one in made for value in values[name]]
    return made


async def written(console: Console) -> tuple[int, int]:
    """How much is written about all incidents, and how many there are."""
    async with console.storage.reading() as connection:
        every = await incidents.queue(connection, limit=1_000)
        entries = [len(await incidents.timeline(connection, case.id)) for case in every]
    return sum(entries), len(every)


def tells(answer: httpx.Response, house: House) -> list[str]:
    return [secret for secret in house.secrets if secret in answer.text]


async def test_every_address_of_the_portal_hides_the_neighbour(
    console: Console, neighbours: Neighbours
) -> None:
    """Marta tries all that is Rosa's: every answer is that there is nothing, and nothing changes."""
    before = await written(console)
    tried = 0
    async with visiting(console, MARTA) as browser:
        secret = re.search(r'name="csrf" value="([^"]+)"', (await browser.get("/portal/ask")).text)
        assert secret is not None
        for method, path in routes(console):
            if not path.startswith("/portal") or path == "/portal/sign-out" or path in OPEN_DOORS:
                continue
            for address in addresses(path, neighbours.clinic, neighbours):
                fields = {
                    "csrf": secret[1], "body": "x", "summary": "x", "severity": "normal",
                    "machine": str(neighbours.clinic.machine_id),
                }  # fmt: skip
                answer = await (
                    browser.get(address) if method == "GET" else browser.post(address, data=fields)
                )
                tried += 1
                assert not tells(answer, neighbours.clinic), f"{method} {address}"
                assert "secreto" not in answer.text and "medias" not in answer.text, f"{method} {address}"
                if "{" in path or method == "POST":
                    assert answer.status_code == 404, f"{method} {address}: {answer.status_code}"
    assert tried > 20
    assert await written(console) == before


async def test_a_neighbours_incident_is_as_absent_as_none(console: Console, neighbours: Neighbours) -> None:
    """Word for word, but for the number that was asked for."""
    theirs = neighbours.clinic.opened.reference
    async with visiting(console, MARTA) as browser:
        hidden = await browser.get(f"/portal/incidents/{theirs}")
        absent = await browser.get("/portal/incidents/INC-999")
    assert hidden.status_code == absent.status_code == 404
    plain = re.sub(r'data-now="[^"]*"', "", hidden.text).replace(theirs, "INC-999")
    assert plain == re.sub(r'data-now="[^"]*"', "", absent.text)


async def test_queries_and_forms_cannot_name_the_neighbour(console: Console, neighbours: Neighbours) -> None:
    asked = {
        "customer": str(neighbours.clinic.customer_id), "customer_id": str(neighbours.clinic.customer_id),
        "q": "impresora secreto radiografía", "state": "all", "lang": "es",
    }  # fmt: skip
    async with visiting(console, MARTA) as browser:
        for path in ("/portal", "/portal/articles", "/portal/ask"):
            answer = await browser.get(path, params=asked)
            assert answer.status_code == 200
            shown = answer.text.replace('value="impresora secreto radiografía"', "")
            assert "radiografía" not in shown and "Saltarse" not in shown and "medias" not in shown
            assert not [word for word in neighbours.clinic.secrets[1:] if word in shown]


async def test_each_sees_their_own_and_no_word_that_is_for_staff(
    console: Console, neighbours: Neighbours
) -> None:
    for house, other in (
        (neighbours.bakery, neighbours.clinic),
        (neighbours.clinic, neighbours.bakery),
    ):
        async with visiting(console, house.email) as browser:
            pages = ["/portal", *(f"/portal/incidents/{case.reference}" for case in house.cases)]
            for page in pages:
                answer = await browser.get(page)
                assert answer.status_code == 200, page
                assert house.secrets[0] in answer.text
                assert not tells(answer, other), page
                for ours in ("apunte interno", "borrador interno", "@ana", "está escribiendo"):
                    assert ours not in answer.text, page
                assert "Proof" not in answer.text


async def test_the_console_is_closed_to_a_portals_session(console: Console, neighbours: Neighbours) -> None:
    """Every page of ours, with the portal's cookie under both names, sends to the door of the console."""
    token = await portal_token(console, MARTA)
    case = neighbours.bakery.opened
    values = {
        "reference": case.reference, "machine_id": str(neighbours.bakery.machine_id), "act": "note",
        "bundle_id": str(neighbours.bakery.machine_id),
    }  # fmt: skip
    cookies = {"vigia_portal": token, "vigia_session": token}
    before = await written(console)
    async with httpx.AsyncClient(base_url=console.url, cookies=cookies) as browser:
        for method, path in routes(console):
            if path.startswith("/portal") or path in CONSOLE_DOORS:
                continue
            address = re.sub(
                r"\{(\w+)(:\w+)?\}",
                lambda found: values.get(found[1], str(neighbours.bakery.machine_id)),
                path,
            )
            answer = await browser.request(method, address, data={"body": "x"} if method == "POST" else None)
            assert answer.status_code in (303, 401), f"{method} {address}: {answer.status_code}"
            assert not tells(answer, neighbours.bakery), f"{method} {address}"
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/sign-in"), f"{method} {address}"
    assert await written(console) == before


async def test_the_portal_is_closed_to_staffs_session(console: Console, neighbours: Neighbours) -> None:
    token = await session_token(console, console.ana)
    cookies = {"vigia_portal": token, "vigia_session": token}
    async with httpx.AsyncClient(base_url=console.url, cookies=cookies) as browser:
        for method, path in routes(console):
            if not path.startswith("/portal") or path in OPEN_DOORS:
                continue
            for address in addresses(path, neighbours.bakery, neighbours):
                answer = await browser.request(method, address)
                assert (answer.status_code, answer.headers["location"]) == (303, "/portal/sign-in"), address


@pytest.mark.parametrize("email", [MARTA, ROSA])
async def test_without_a_form_of_ours_nothing_is_written(
    console: Console, neighbours: Neighbours, email: str
) -> None:
    """Not even one's own: another site's page cannot write in a customer's name."""
    house = neighbours.bakery if email == MARTA else neighbours.clinic
    before = await written(console)
    async with visiting(console, email) as browser:
        for method, path in routes(console):
            if method != "POST" or not path.startswith("/portal") or path in OPEN_DOORS:
                continue
            for address in addresses(path, house, neighbours):
                bare = await browser.post(address, data={"body": "x", "summary": "x", "severity": "high"})
                assert bare.status_code == 403, address
                foreign = await browser.post(address, headers={"origin": "https://evil.example"})
                assert foreign.status_code == 403, address
    assert await written(console) == before
    async with console.storage.reading() as connection:
        assert len(await articles.articles(connection)) == 3
