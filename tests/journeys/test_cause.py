"""The other half of the story with the real programs: from an outage to everyone who has it, all closed."""

import re
import signal
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller

from tests.support.lab_commands import LabCommands
from tests.support.mailbox import Mailbox
from tests.support.sshd import Sshd
from tests.support.street import Street, eventually, free_port, street

pytestmark = [pytest.mark.needs_sshd, pytest.mark.slow]

RECIPE = """
name = "print-queue"
symptom = "nobody listens on the print server's port"
case = "INC-1"
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
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    box.port = server.port
    yield box
    server.stop()


@pytest.fixture
def walk(tmp_path: Path, mailbox: Mailbox) -> Iterator[Street]:
    smtp = {"host": "127.0.0.1", "port": mailbox.port, "security": "none", "sender": "vigia@support.example"}
    with street(tmp_path, {"smtp": smtp}) as made:
        yield made


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    server = Sshd(tmp_path / "sshd")
    server.start()
    yield server
    server.stop()


def test_from_an_outage_to_everyone_who_has_it(
    walk: Street, mailbox: Mailbox, sshd: Sshd, tmp_path: Path
) -> None:
    """Outage, evidence, answer, pull, attempts, one problem of two customers, its solution mailed to both
    though the controller is killed in the middle, an article they find, and everything closed."""
    walk.serve()
    for login, level in (("eva", 1), ("leo", 2)):
        walk.vigia("users", "add", login, "--name", login.title(), "--email", f"{login}@support.example",
                   "--level", level)  # fmt: skip
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
    by_customer = {one["customer"]: one for one in walk.incidents()}
    first, second = (by_customer[customer]["reference"] for customer in CONTACTS)
    for reference in (first, second):
        walk.vigia("incidents", "respond", reference, "Ya lo vemos; seguimos.", "--as", "eva")
    eventually("answers are mailed", lambda: all(len(mailbox.to(one)) >= 2 for one in CONTACTS.values()))

    machine = by_customer["Taller Lima"]["machine"]
    walk.vigia("pull", machine, "--case", first, "--as", "eva")
    refused = walk.vigia("pull", machine, "--case", second, check=False)
    assert refused.returncode, "a case of another customer is no purpose"

    lab = LabCommands(tmp_path / "lab")
    lab("bench", "add", "till", sshd.address, "--key", sshd.key, "--fingerprint", sshd.fingerprint)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.replace("{port}", str(walk.ports["shop_port"])).replace("INC-1", first))
    assert "reproduced 2 of 2" in lab("run", recipe).stdout
    lab("record", "--case", first, "--expected", "a page", "--seen", "none", "--verdict", "reproduced")
    line = walk.vigia("enrol", "--customer", "Taller Lima", "--role", "lab").stdout.split()
    assert lab(*line[1:]).returncode == 0
    assert f"3 handed in to {first}" in lab("push").stdout

    walk.vigia("problems", "open", "La cola de impresión se cae", "--as", "eva",
               "--incident", first, "--incident", second)  # fmt: skip
    walk.vigia("problems", "workaround", "PRB-1", "Imprimir por USB.", "--as", "eva")
    walk.vigia("problems", "cause", "PRB-1", "El servicio de impresión no se reinicia solo.", "--as", "eva")
    walk.vigia("problems", "component", "PRB-1", "cups 2.4", "--as", "eva")
    walk.vigia("problems", "solution", "PRB-1", "Actualice el servicio de impresión.", "--steps",
               "Instale la versión 2.5\nReinicie", "--language", "es", "--as", "eva")  # fmt: skip
    assert "Imprimir por USB." in walk.vigia("incidents", "show", second).stdout
    walk.vigia("problems", "draft", "PRB-1", "--as", "eva")
    own = walk.vigia("problems", "approve", "PRB-1", "--as", "eva", check=False)
    assert own.returncode, "a second pair of eyes is somebody else's"
    walk.vigia("problems", "approve", "PRB-1", "--as", "leo")
    for state in ("investigating", "known_error", "solution_proposed", "verified"):
        walk.vigia("problems", "state", "PRB-1", state, "--as", "eva")
    walk.vigia("problems", "send", "PRB-1", "--no-wait", "--as", "leo")
    walk.end("controller", signal.SIGKILL)
    walk.serve()

    def solutions(address: str) -> int:
        return sum(
            "Actualice el servicio de impresión." in mail.get_content() for mail in mailbox.to(address)
        )

    for address in CONTACTS.values():
        eventually(f"the solution reaches {address}", lambda address=address: solutions(address), 60)  # type: ignore[misc]

    walk.vigia("articles", "draft", "--from", "PRB-1", "--as", "eva")
    walk.vigia("articles", "write", "ART-1", "--language", "es", "--title", "La impresora no imprime",
               "--symptom", "La impresión queda en la cola y no se imprime.", "--as", "eva")  # fmt: skip
    walk.vigia("articles", "review", "ART-1", "--as", "leo")
    walk.vigia("articles", "publish", "ART-1", "--for", "customers", "--as", "leo")

    with httpx.Client(base_url=walk.console, follow_redirects=True, timeout=20) as browser:
        enter_portal(browser, mailbox, CONTACTS["Taller Lima"])
        for typed in ("impresion", "imprimian"):
            found = browser.get("/portal/articles", params={"q": typed})
            assert "La impresora no imprime" in found.text, typed
        assert browser.get(f"/portal/incidents/{second}").status_code == 404
        walk.vigia("incidents", "resolve", first, "Actualizado.", "--as", "eva")
        page = browser.get(f"/portal/incidents/{first}")
        done = browser.post(f"/portal/incidents/{first}/confirm", data={"csrf": secret_of(page.text)})
        assert done.status_code == 200
    walk.vigia("incidents", "resolve", second, "Actualizado.", "--as", "eva")
    walk.vigia("incidents", "close", second, "--reason", "confirmado por teléfono", "--as", "eva")
    closed = walk.incidents("--state", "closed")
    assert {one["reference"] for one in closed} == {first, second}
    walk.vigia("problems", "close", "PRB-1", "--reason", "todos lo tienen", "--as", "eva")

    for reference in (first, second):
        story = " ".join(walk.vigia("explain", reference).stdout.split())
        for told in ("PRB-1", "Imprimir por USB.", "Actualice el servicio de impresión.", "closed"):
            assert told in story, (reference, told)
    assert "print-queue" in " ".join(walk.vigia("explain", first).stdout.split())
    for address in CONTACTS.values():
        assert solutions(address) == 1, "told once, though killed in the middle"


def secret_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, "the form has its secret"
    return found[1]


def enter_portal(browser: httpx.Client, mailbox: Mailbox, address: str) -> None:
    """By the mailed link, as a customer does."""
    browser.post("/portal/sign-in", data={"email": address})

    def link() -> str:
        found = [re.search(r"\S+/portal/enter/\S+", mail.get_content()) for mail in mailbox.to(address)]
        return next((one[0] for one in found if one), "")

    path = urllib.parse.urlsplit(eventually("the link is mailed", link)).path
    entered = browser.post(path)
    assert entered.status_code == 200, entered.text
