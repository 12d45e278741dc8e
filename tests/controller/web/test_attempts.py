"""What was tried in the lab, on pages: how often and how sure, one attempt whole, one by hand."""

import html
import json
from uuid import UUID

import httpx
import pytest

from controller.incidents import store as incidents
from controller.problems import actions as problems
from controller.reproductions import store
from controller.web.console.attempt_files import fitting
from controller.web.console.attempt_views import recipe_view
from controller.words.catalogue import translator
from tests.controller.web.conftest import browsing
from tests.support.attempts import tried
from tests.support.console import Console
from tests.support.forms import secret_of
from tests.support.town import Town

WORDS = {"expected": "El trabajo falta", "seen": "Falta de verdad", "verdict": "reproduced"}
Files = list[tuple[str, tuple[str, bytes, str]]]


async def by_hand(
    browser: httpx.AsyncClient, case: str, files: Files | None = None, **typed: str
) -> httpx.Response:
    """Fills the form as a browser does, with files."""
    form = await browser.get(f"{case}/attempts/new")
    data = {"csrf": secret_of(form.text), **WORDS, **typed}
    # A browser sends the field of files always, empty when none was chosen.
    chosen = files or [("files", ("", b"", "application/octet-stream"))]
    return await browser.post(f"{case}/attempts", data=data, files=chosen)


def plain(answer: httpx.Response) -> str:
    return html.unescape(answer.text)


async def test_an_incident_shows_how_often_and_how_sure(console: Console, town: Town) -> None:
    """Seven of twenty, its interval in words and as a bar; two that could not tell are said apart."""
    page = f"/incidents/INC-{town.number}"
    async with browsing(console, console.ana) as browser:
        assert "Nadie ha intentado todavía" in plain(await browser.get(page))
        await tried(console, f"INC-{town.number}")
        shown = plain(await browser.get(page))
    for said in ("7 de 20, 18-57 %", "22 intentos, 2 no concluyentes", "ana@bench", "ssh:printer-bench",
                 'aria-label="Reproducido 7 de 20, 18-57 %"', 'x="18.1"', "Anotar un intento a mano",
                 "spooler-forgets"):  # fmt: skip
        assert said in shown, said
    assert "style=" not in shown


async def test_a_problem_shows_the_attempts_of_its_incidents_together(console: Console, town: Town) -> None:
    await tried(console, f"INC-{town.number}", seen=7, told=20)
    await tried(console, "INC-1", seen=1, told=4, unsure=0, run=UUID(int=0xB0B))
    async with console.storage.unit(console.ana.actor) as unit:
        made = await problems.open_problem(unit, "El spooler olvida")
        for number in (1, town.number):
            case = await incidents.incident_numbered(unit.connection, number)
            assert case is not None
            await problems.link(unit, made.id, case.id)
    async with browsing(console, console.ana) as browser:
        shown = plain(await browser.get("/problems/PRB-1"))
    for said in ("8 de 24, 18-53 %", "26 intentos", "1 de 4, 5-70 %", f"INC-{town.number} ·", "INC-1 ·"):
        assert said in shown, said


async def test_one_attempt_is_shown_whole_and_nothing_in_it_is_markup(console: Console, town: Town) -> None:
    case = f"/incidents/INC-{town.number}"
    first = (await tried(console, f"INC-{town.number}"))[0]
    async with browsing(console, console.ana) as browser:
        run = await browser.get(f"{case}/attempts?run={first.run_id}")
        assert f"{case}/attempts/{first.id}" in run.text
        raw = (await browser.get(f"{case}/attempts/{first.id}")).text
        shown = html.unescape(raw)
        for said in ("Intento 1 de 22", "+ cups 2.4.7", "a job is gone after a restart", "2 secretos tapados",
                     "lp -d office /etc/hosts", "en la salida de look no está ^office-",
                     "Paquetes (250)", "y 50 más, en environment.json", "dmidecode is not installed",
                     "transcript.cast", "\\u202e", "request id is office-12"):  # fmt: skip
            assert said in shown, said
        assert "&lt;b&gt;not bold" in raw
        assert "\u202e" not in raw
        events = (await browser.get(f"{case}/attempts/{first.id}/transcript")).json()
        assert events["events"][0] == [0.0, "m", "print"]
        saved = await browser.get(f"{case}/attempts/{first.id}/files/1")
        assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''recipe.toml"
        assert saved.headers["content-type"] == "application/octet-stream"
        for nowhere in (
            f"/incidents/INC-1/attempts/{first.id}", f"/incidents/INC-1/attempts/{first.id}/files/0",
            f"{case}/attempts/{first.id}/files/9", f"{case}/attempts/x", f"{case}/attempts?run={UUID(int=5)}",
        ):  # fmt: skip
            assert (await browser.get(nowhere)).status_code == 404, nowhere


async def test_an_attempt_by_hand_with_files_is_recorded_once_and_without_its_secrets(
    console: Console, town: Town
) -> None:
    """A text is masked, a picture is kept; the same form sent twice is one attempt; the timeline tells it."""
    case, picture = f"/incidents/INC-{town.number}", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe"
    files = [
        ("files", ("log.txt", b"user=ana password=Tr0ub4dor&3xyz\n", "text/plain")),
        ("files", ("C:\\fotos\\10:30.png", picture, "image/png")),
    ]
    own = str(UUID(int=77))
    async with browsing(console, console.ana) as browser:
        for _ in range(2):
            made = await by_hand(
                browser, case, files, id=own, bench="Caja 2", seen="La clave password=Tr0ub4dor&3xyz falla"
            )
            assert made.status_code == 303, plain(made)
        page = await browser.get(made.headers["location"])
        assert "El intento está anotado" in page.text
        assert "Tr0ub4dor" not in page.text
        assert "Caja 2" in page.text
        assert b"Tr0ub4dor" not in (await browser.get(f"{case}/attempts/{own}/files/0")).content
        assert (await browser.get(f"{case}/attempts/{own}/files/1")).content == picture
        story = plain(await browser.get(case))
    assert "Ana Ruiz lo probó (Caja 2): reproducido" in story
    async with console.storage.reading() as connection:
        assert len(await store.attempts(connection, town.incident_id)) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"expected": " "}, "no puede quedar vacío"),
        ({"verdict": "perhaps"}, "no es ninguno de los tres"),
        ({"verdict": "inconclusive"}, "hay que darlo cuando no es concluyente"),
        ({"seen": "x" * 2_001}, "2000"),
        ({"started_at": "2126-01-01 10:00"}, "está en el futuro"),
        ({"started_at": "ayer"}, "2026-12-01 09:30"),
        ({"bench": "a\u202eb"}, "caracteres de control"),
    ],
)
async def test_what_cannot_be_taken_comes_back_with_what_was_typed(
    console: Console, town: Town, typed: dict[str, str], said: str
) -> None:
    case = f"/incidents/INC-{town.number}"
    async with browsing(console, console.ana) as browser:
        answer = await by_hand(browser, case, None, **{"recipe": "Imprimir <dos> veces", **typed})
        assert answer.status_code == 422
        shown = plain(answer)
        assert said in shown
        assert 'value="Imprimir <dos> veces"' in shown
        assert "Elija otra vez los ficheros" in shown
    async with console.storage.reading() as connection:
        assert not await store.attempts(connection, town.incident_id)


async def test_files_have_limits_and_each_is_named(console: Console, town: Town) -> None:
    case = f"/incidents/INC-{town.number}"
    large: Files = [("files", ("core.dump", b"x" * (4 * 1024 * 1024 + 1), "text/plain"))]
    many: Files = [("files", (f"{number}.txt", b"x", "text/plain")) for number in range(21)]
    whole: Files = [("files", (f"{n}.bin", b"x" * (4 * 1024 * 1024), "text/plain")) for n in range(9)]
    async with browsing(console, console.ana) as browser:
        answer = await by_hand(browser, case, large)
        assert (answer.status_code, "core.dump tiene 4194305 bytes" in plain(answer)) == (422, True)
        answer = await by_hand(browser, case, many)
        assert (answer.status_code, "como máximo 20, no 21" in plain(answer)) == (422, True)
        assert "Falta de verdad" in plain(answer)
        assert (await by_hand(browser, case, whole)).status_code == 429


async def test_a_viewer_looks_and_does_not_write(console: Console, town: Town) -> None:
    case = f"/incidents/INC-{town.number}"
    first = (await tried(console, f"INC-{town.number}"))[0]
    async with browsing(console, console.vera) as browser:
        page = await browser.get(f"{case}/attempts/{first.id}")
        assert page.status_code == 200
        assert "Anotar un intento" not in (await browser.get(case)).text
        secret = secret_of((await browser.get("/account")).text)
        answer = await browser.post(f"{case}/attempts", data={"csrf": secret, **WORDS})
        assert answer.status_code == 403
        stolen = await browser.post(f"{case}/attempts", data=WORDS, files={"files": ("a", b"b")})
        assert stolen.status_code == 403
    async with browsing(console) as stranger:
        for path in (f"{case}/attempts/{first.id}/files/0", f"{case}/attempts/{first.id}/transcript"):
            assert (await stranger.get(path)).status_code == 303


async def test_a_damaged_transcript_keeps_nothing_else_from_being_shown(console: Console, town: Town) -> None:
    case = f"/incidents/INC-{town.number}"
    files: Files = [
        ("files", ("transcript.cast", b"not a cast", "text/plain")),
        ("files", ("recipe.toml", b"[[steps", "text/plain")),
        ("files", ("environment.json", b"{}", "text/plain")),
    ]
    async with browsing(console, console.ana) as browser:
        made = await by_hand(browser, case, files)
        page = await browser.get(made.headers["location"])
        assert (page.status_code, "No se puede reproducir" in page.text) == (200, True)
        address = made.headers["location"].partition("?")[0]
        assert (await browser.get(f"{address}/transcript")).status_code == 404


def test_names_of_files_become_fitting_and_none_is_like_another() -> None:
    assert fitting(["a.txt", "a.txt", "C:\\x\\a.txt", "../..", "10:30.png", "\u202egnp.exe", ""]) == [
        "a.txt", "a (2).txt", "a (3).txt", "file", "10_30.png", "_gnp.exe", "file (2)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("oracle", "said"),
    [
        ({"kind": "exit_status", "step": "a", "equals": 0}, "a ends with status 0"),
        ({"kind": "time", "longer_than_s": 2.5}, "the last step takes longer than 2.5 s"),
        ({"kind": "pattern", "step": "a", "pattern": "x{1}", "present": True}, "the output of a holds x{1}"),
        ({"kind": "script", "run": ["./look", "twice"]}, "a script of its own says so: ./look twice"),
        ({"kind": "dowsing"}, ""),
    ],
)
def test_an_oracle_is_told_in_a_sentence(oracle: dict[str, object], said: str) -> None:
    table = "\n".join(f"{key} = {json.dumps(value)}" for key, value in oracle.items())
    view = recipe_view(f"[oracle]\n{table}\n".encode(), translator("en"))
    assert view is not None
    assert view.oracle == said
