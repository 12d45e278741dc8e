"""What people do on our pages, press by press, each seen to its end."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.support.street import Street

SOLUTION = "Actualice el servicio de impresión."
ARTICLE = "La impresora no imprime"
WORKAROUND = "Imprimir por USB."


def signed_in(walk: Street, browser: Browser, login: str, level: int) -> Page:
    """In a browser of their own, by the link that the command printed."""
    mail = f"{login}@support.example"
    printed = walk.vigia(
        "users", "add", login, "--name", login.title(), "--email", mail, "--level", level
    ).stdout
    found = re.search(r"\S+(/link/\S+)", printed)
    assert found, printed
    page = browser.new_context(
        base_url=walk.console, locale="es-MX", timezone_id="America/Mexico_City",
        viewport={"width": 1280, "height": 860},
    ).new_page()  # fmt: skip
    page.goto(found[1])
    page.get_by_label("Contraseña nueva").fill("una linterna en la torre")
    page.get_by_label("La misma contraseña otra vez").fill("una linterna en la torre")
    page.get_by_role("button", name="Guardar y entrar").click()
    expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    return page


def answer(page: Page, reference: str) -> None:
    """From the queue, as one does."""
    page.goto("/incidents")
    page.locator(".v-row", has_text=reference).get_by_role("link").first.click()
    page.get_by_label("Lo que le dice").fill("Ya lo vemos; seguimos.")
    page.get_by_label("Cómo se lo dijo").select_option("email")
    page.get_by_role("button", name="Enviar la respuesta").click()
    expect(page.locator("#case-timeline")).to_contain_text("Ya lo vemos; seguimos.")


def joined_in_one_problem(page: Page, first: str, second: str) -> None:
    """Opened from one incident's page, linked from the other's, where the workaround then stands."""
    page.goto(f"/incidents/{first}")
    page.get_by_label("Título de un problema nuevo").fill("La cola de impresión se cae")
    page.get_by_role("button", name="Vincular a un problema").click()
    page.goto(f"/incidents/{second}")
    page.locator("#problem").select_option("PRB-1")
    page.get_by_role("button", name="Vincular a un problema").click()
    expect(page.locator("#case-cause")).to_contain_text("La cola de impresión se cae")
    page.locator("#case-cause").get_by_role("link").click()
    expect(page.locator("#problem-linked li")).to_have_count(2)
    written(page, "workaround", "Solución provisional", WORKAROUND)
    page.goto(f"/incidents/{second}")
    expect(page.locator("[aria-labelledby=workaround-title]")).to_contain_text(WORKAROUND)


def written(page: Page, act: str, label: str, words: str) -> None:
    """One form of a problem's page."""
    opened(page, act)
    page.locator("#act").get_by_label(label, exact=True).fill(words)
    page.locator("#act").get_by_role("button", name="Guardar").click()
    expect(page.locator("#problem-words, #problem-head", has_text=words)).to_have_count(1)


def opened(page: Page, act: str) -> None:
    """Its form comes from the controller; what is typed before it is there would be lost with the old one."""
    choice = page.locator(f"#act-{act}")
    if choice.get_attribute("aria-current") != "true":
        choice.click()
    expect(choice).to_have_attribute("aria-current", "true")


def moved(page: Page, state: str) -> None:
    opened(page, "state")
    page.get_by_label("Estado nuevo").select_option(state)
    page.get_by_role("button", name="Cambiar el estado").click()
    expect(page.get_by_text("El estado ha cambiado.")).to_be_visible()


def resolved(page: Page, reference: str) -> None:
    page.goto(f"/incidents/{reference}")
    opened(page, "resolve")
    page.get_by_label("Qué se hizo").fill("Actualizado.")
    page.locator("#act").get_by_role("button", name="Resolver").click()
    expect(page.locator("#case-head")).to_contain_text("Resuelta")


def article_published(eva: Page, leo: Page, picture: Callable[[str], None]) -> None:
    """Begun from the problem's page by one, reviewed and published by the other."""
    eva.goto("/problems/PRB-1")
    eva.get_by_role("link", name="Escribir un artículo a partir de él").click()
    expect(eva.get_by_label("Qué hacer")).to_have_value(re.compile("Instale la versión 2.5"))
    picture("article-new")
    eva.get_by_label("Título").fill(ARTICLE)
    eva.get_by_label("Lo que pasa").fill("La impresión queda en la cola y no se imprime.")
    eva.get_by_role("button", name="Guardar el borrador").click()
    expect(eva.locator("h1")).to_have_text(ARTICLE)
    expect(eva.get_by_text("Usted escribió una parte")).to_be_visible()
    leo.goto("/articles")
    leo.get_by_role("link", name=ARTICLE).click()
    leo.get_by_role("button", name="Lo he revisado").click()
    leo.get_by_label("Lectores", exact=True).select_option("customers")
    leo.get_by_role("button", name="Publicar").click()
    expect(leo.locator(".v-case-chips")).to_contain_text("Publicado")
    eva.goto("/articles/ART-1")
    picture("article")
