"""The story of a cause by people: from an outage to everyone who has it, in browsers, all real programs."""

import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.hands import (
    ARTICLE,
    SOLUTION,
    WORKAROUND,
    answer,
    article_published,
    joined_in_one_problem,
    moved,
    opened,
    resolved,
    signed_in,
    written,
)
from tests.support.browsers import FLAGS
from tests.support.gallery import Gallery
from tests.support.halfway import HalfwayMailbox
from tests.support.lab_commands import LabCommands
from tests.support.sshd import Sshd
from tests.support.street import Street, eventually, free_port, street

pytestmark = [pytest.mark.needs_chromium, pytest.mark.needs_sshd, pytest.mark.slow]

RECIPE = """
name = "print-queue"
symptom = "nobody listens on the print server's port"
case = "{case}"
bench = "ssh:till"
repeats = 2
[[steps]]
run = ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PORT"]
environment = { PORT = "{port}" }
[oracle]
kind = "exit_status"
differs_from = 0
"""
CONTACTS = {"Taller Lima": "ana@lima.example", "Hotel Sol": "sol@sol.example"}


@pytest.fixture
def mailbox() -> Iterator[HalfwayMailbox]:
    box = HalfwayMailbox(SOLUTION)
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    box.port = server.port
    yield box
    server.stop()


@pytest.fixture
def walk(tmp_path: Path, mailbox: HalfwayMailbox) -> Iterator[Street]:
    smtp = {"host": "127.0.0.1", "port": mailbox.port, "security": "none", "sender": "vigia@support.example"}
    with street(tmp_path, {"smtp": smtp}) as made:
        yield made


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    server = Sshd(tmp_path / "sshd")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as drama:
        started = drama.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def gallery() -> Gallery:
    return Gallery()


def test_the_pages_carry_a_cause_from_an_outage_to_everyone_who_has_it(
    walk: Street, mailbox: HalfwayMailbox, sshd: Sshd, browser: Browser, gallery: Gallery, tmp_path: Path
) -> None:
    """Two customers' incidents are answered, looked into, tried in the lab, joined in one problem, solved by
    one letter each though the controller is killed between them; what was learnt is found in the portal."""
    walk.serve()
    eva = signed_in(walk, browser, "eva", 1)
    leo = signed_in(walk, browser, "leo", 2)

    def picture(name: str) -> None:
        gallery.take(eva, name, lambda language: walk.vigia("users", "change", "eva", "--language", language))

    first, second = outage(walk)
    for reference in (first, second):
        answer(eva, reference)
    eventually("answers are mailed", lambda: all(len(mailbox.to(one)) >= 2 for one in CONTACTS.values()))

    eva.goto(f"/incidents/{first}")
    eva.get_by_role("button", name="Pedir diagnósticos").click()
    evidence = eva.locator("#case-evidence")
    expect(evidence).to_contain_text("Pedido: basic", timeout=30_000)
    expect(eva.locator("#case-pulls")).to_contain_text("hecho")
    picture("incident-pulled")
    fold = evidence.locator("details").first
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    fold.get_by_role("link", name=re.compile("memory")).first.click()
    eva.get_by_role("searchbox").fill("MemTotal")
    eva.get_by_role("button", name="Buscar").click()
    expect(eva.locator("mark").first).to_have_text("MemTotal")
    expect(eva.locator("#item-title")).to_have_text("system/memory.txt")
    picture("evidence-found")

    eva.goto(f"/incidents/{first}")
    expect(eva.locator("#live-state")).to_have_attribute("data-state", "live")
    tried_in_the_lab(walk, sshd, tmp_path, first)
    expect(eva.locator("#case-attempts")).to_contain_text("3 de 3", timeout=10_000)
    eva.locator("#case-attempts").get_by_role("link", name="print-queue").click()
    expect(eva.locator("#attempts")).to_contain_text("2 intentos")
    picture("attempts")
    eva.locator("#attempts").get_by_role("link", name="print-queue").first.click()
    expect(eva.locator("h1")).to_have_text("print-queue")
    picture("attempt")

    joined_in_one_problem(eva, first, second)
    picture("incident-known")
    eva.goto("/problems/PRB-1")
    for act, label, words in (
        ("cause", "Causa de fondo", "El servicio de impresión no se reinicia solo."),
        ("component", "Componente", "cups 2.4"),
    ):
        written(eva, act, label, words)
    opened(eva, "solution_es")
    eva.get_by_label("Lo que deben leer los clientes").fill(SOLUTION)
    eva.get_by_label("Pasos, uno por línea").fill("Instale la versión 2.5\nReinicie")
    eva.get_by_role("button", name="Guardar la solución").click()
    expect(eva.get_by_text("La solución está guardada.")).to_be_visible()
    for state in ("investigating", "known_error", "solution_proposed", "verified"):
        moved(eva, state)
    eva.get_by_role("button", name="Hacer los borradores").click()
    expect(eva.locator(".v-letter")).to_have_count(2)
    expect(eva.get_by_text("Algunas de estas palabras son suyas")).to_be_visible()
    expect(eva.get_by_role("button", name="Doy el visto bueno")).to_have_count(0)
    picture("drafts")

    leo.goto("/problems/PRB-1")
    leo.get_by_role("link", name="Leer y dar el visto bueno").click()
    leo.get_by_role("button", name="Doy el visto bueno").click()
    expect(leo.get_by_text("Visto bueno dado.")).to_be_visible()
    leo.get_by_role("button", name="Enviar la solución").click()
    killed_halfway(walk, mailbox, leo)
    eva.goto("/problems/PRB-1")
    picture("problem-sent")

    article_published(eva, leo, picture)
    for address in CONTACTS.values():
        eventually(f"the solution reaches {address}", lambda address=address: mailbox.letters(address), 60)  # type: ignore[misc]
    for reference in (first, second):
        resolved(eva, reference)
    in_the_portal(browser, walk, mailbox, gallery, first, second)
    eva.goto(f"/incidents/{second}")
    opened(eva, "close")
    eva.get_by_label("Motivo").fill("Confirmado por teléfono.")
    eva.locator("#act").get_by_role("button", name="Cerrar").click()
    expect(eva.locator("#case-head")).to_contain_text("Cerrada")
    picture("incident-closed")
    assert {one["reference"] for one in walk.incidents("--state", "closed")} == {first, second}
    eva.goto("/problems/PRB-1")
    moved(eva, "closed")
    expect(eva.locator("#problem-head")).to_contain_text("problema cerrado", ignore_case=True)

    for reference in (first, second):
        story = " ".join(walk.vigia("explain", reference).stdout.split())
        for told in ("PRB-1", WORKAROUND, SOLUTION, "closed"):
            assert told in story, (reference, told)
    assert "print-queue" in " ".join(walk.vigia("explain", first).stdout.split())
    assert [mailbox.letters(one) for one in CONTACTS.values()] == [1, 1], "once each, though killed"


def outage(walk: Street) -> tuple[str, str]:
    """Both customers' machines see the shop die; the references of their incidents."""
    walk.shop()
    for customer, address in CONTACTS.items():
        walk.vigia("customers", "add", customer, "--contact-name", "Contacto", "--contact-email", address)
        walk.enrol(customer.split()[0].lower(), customer, walk.shop_watch)
        walk.agent(customer.split()[0].lower())
    eventually(
        "both machines are watched",
        lambda: [one["state"] for one in walk.json("machines", "list")] == ["connected"] * 2,
        patience_s=40,
    )
    walk.close_the_shop()
    eventually("an incident each", lambda: len(walk.incidents()) == 2, patience_s=20)
    by_customer = {one["customer"]: str(one["reference"]) for one in walk.incidents()}
    first, second = (by_customer[customer] for customer in CONTACTS)
    return first, second


def tried_in_the_lab(walk: Street, sshd: Sshd, folder: Path, case: str) -> None:
    lab = LabCommands(folder / "lab")
    lab("bench", "add", "till", sshd.address, "--key", sshd.key, "--fingerprint", sshd.fingerprint)
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE.replace("{port}", str(walk.ports["shop_port"])).replace("{case}", case))
    assert "reproduced 2 of 2" in lab("run", recipe).stdout
    lab("record", "--case", case, "--expected", "a page", "--seen", "none", "--verdict", "reproduced")
    line = walk.vigia("enrol", "--customer", "Taller Lima", "--role", "lab").stdout.split()
    assert lab(*line[1:]).returncode == 0
    assert f"3 handed in to {case}" in lab("push").stdout


def killed_halfway(walk: Street, mailbox: HalfwayMailbox, page: Page) -> None:
    """One letter is out, the other put off for 15 s: the controller dies and comes back, the page with it."""
    expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    eventually("the other letter is put off", lambda: "notice failed" in walk.log("controller"), 30)
    assert sorted(mailbox.letters(one) for one in CONTACTS.values()) == [0, 1]
    walk.end("controller", signal.SIGKILL)
    expect(page.locator("#live-state")).to_have_attribute("data-state", "lost", timeout=15_000)
    mailbox.halfway = False
    walk.serve()
    expect(page.locator("#live-state")).to_have_attribute("data-state", "live", timeout=45_000)
    expect(page.locator("#sending-state")).to_contain_text("2 de 2 clientes avisados")


def in_the_portal(
    browser: Browser, walk: Street, mailbox: HalfwayMailbox, gallery: Gallery, mine: str, theirs: str
) -> None:
    """By the mailed link: finds the article as people type, no neighbour's incident, and confirms theirs."""
    address = CONTACTS["Taller Lima"]
    page = browser.new_context(
        base_url=walk.console, locale="es-MX", timezone_id="America/Mexico_City"
    ).new_page()
    page.goto("/portal")
    page.get_by_label("Su dirección de correo").fill(address)
    page.get_by_role("button", name="Enviarme un enlace").click()
    expect(page.locator("h1")).to_have_text("Mire su correo")

    def link() -> str:
        found = [re.search(r"\S+(/portal/enter/\S+)", mail.get_content()) for mail in mailbox.to(address)]
        return next((one[1] for one in found if one), "")

    page.goto(eventually("the link is mailed", link))
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("heading", name="Mis peticiones")).to_be_visible()
    expect(page.get_by_text(theirs, exact=True)).to_have_count(0)

    def speak(language: str) -> None:
        page.context.add_cookies([{"name": "vigia_language", "value": language, "url": walk.console}])

    def picture(name: str) -> None:
        gallery.take(page, name, speak)

    picture("portal")
    for typed in ("impresion", "imprimian"):
        page.goto("/portal/articles")
        page.get_by_role("searchbox").fill(typed)
        page.get_by_role("button", name="Buscar").click()
        expect(page.get_by_role("link", name=ARTICLE)).to_be_visible()
    picture("portal-found")
    page.get_by_role("link", name=ARTICLE).click()
    expect(page.locator("article")).to_contain_text("Instale la versión 2.5")
    picture("portal-article")
    refused = page.goto(f"/portal/incidents/{theirs}")
    assert refused is not None and refused.status == 404
    expect(page.locator("h1")).to_have_text("Aquí no hay nada")
    picture("portal-404")
    page.goto(f"/portal/incidents/{mine}")
    picture("portal-resolved")
    page.get_by_role("button", name="Ya funciona").click()
    expect(page.locator(".v-case-chips")).to_contain_text("Cerrada")
    picture("portal-closed")
