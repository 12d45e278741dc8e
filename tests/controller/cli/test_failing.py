"""Every way of failing: one line that says what to do, never a traceback, a status scripts can trust."""

import ast
import asyncio
import json
import socket
from pathlib import Path

from controller.cli import usage
from controller.web import fault
from controller.web.api import door
from controller.words.catalogue import translator
from tests.support.control import ROOT, vigia

# The same in both languages.
ALIKE = {"no", "Plan", "Error", "{clock} {number}"}


async def test_no_controller(tmp_path: Path) -> None:
    """Never started, or gone and its socket left behind."""
    said = (
        f"vigia: the controller is not running on {tmp_path}; start it with: vigia serve --data {tmp_path}\n"
    )
    for _ in range(2):
        ran = await vigia("incidents", "list", "--data", str(tmp_path), LANG="en")
        assert (ran.status, ran.out, ran.err) == (1, "", said)
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(tmp_path / "control.sock")) if not (tmp_path / "control.sock").exists() else None
    as_json = await vigia("incidents", "list", "--data", str(tmp_path), "--json", LANG="en")
    assert json.loads(as_json.err)["error"]["kind"] == "unavailable"
    deep = await vigia("incidents", "list", "--data", f"/tmp/{'x' * 200}", LANG="en")
    assert (deep.status, deep.err.count("\n")) == (1, 1)


async def test_something_else_answers(tmp_path: Path) -> None:
    """A socket that speaks no HTTP, or hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answers.pop())
        writer.close()

    answers = [b"", b"SSH-2.0\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"]
    server = await asyncio.start_unix_server(answer, tmp_path / "control.sock")
    async with server:
        while answers:
            ran = await vigia("incidents", "list", "--data", str(tmp_path), LANG="en")
            assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1), ran.err
            assert ran.err.startswith("vigia: the controller ")


async def test_wrong_words() -> None:
    cases = (
        (("incidents", "respond"), "Falta el argumento 'INCIDENT'."),
        (
            ("incidents", "escalate", "INC-1", "two", "--reason", "x"),
            "Valor no válido para 'LEVEL': se espera un número entero",
        ),
        (("incidents", "close", "INC-1"), "Falta la opción '--reason'."),
        (("incidents", "lst"), "No existe la orden 'lst'."),
        (("incidents", "list", "--stat", "open"), "No existe la opción --stat"),
        (("incidents", "list", "--state", "dire"), "Valor no válido para '--state': 'dire' no es uno de"),
        (("incidents", "show", "INC-1", "INC-2"), "Sobran palabras (INC-2)."),
        (("incidents", "list", "--data"), "La opción '--data' necesita un valor."),
        (("--lang", "fr", "incidents", "list"), "Valor no válido para '--lang'"),
    )
    answers = await asyncio.gather(*(vigia(*words, LANG="es") for words, _ in cases))
    for (words, said), ran in zip(cases, answers, strict=True):
        assert (ran.status, ran.out) == (2, ""), words
        assert said in ran.err, ran.err
        assert "--help` dice más" in ran.err
        assert ran.err.count("\n") == 1


async def test_closed_and_full_streams(tmp_path: Path) -> None:
    """The shell may give a command anything; the answer to a request is never lost in silence."""
    for redirection, status, said in (
        (
            "> /dev/full",
            1,
            "vigia: it may be done, but the answer cannot be written here: No space left on device\n",
        ),
        (">&-", 0, ""),
        ("2>&-", 0, ""),
    ):
        ran = await vigia("--help", before=("sh", "-c", f'exec "$@" {redirection}', "sh"), LANG="en")
        assert (ran.status, ran.err) == (status, said)
    before = ("sh", "-c", 'exec "$@" <&-', "sh")
    ran = await vigia("incidents", "note", "1", "-", "--data", str(tmp_path), before=before, LANG="en")
    assert (ran.status, ran.err.count("\n")) == (1, 1), ran.err
    bare = await vigia(LANG="en")
    assert (bare.status, bare.err) == (2, "")
    assert "incidents" in bare.out


async def test_evaluate_needs_no_controller(tmp_path: Path) -> None:
    missing = await vigia("evaluate", str(tmp_path / "none.json"), LANG="en")
    assert (missing.status, missing.err.count("cannot be read")) == (2, 1)
    cases = sorted((ROOT / "tests" / "golden" / "cases").glob("*.json"))
    assert cases
    checked = await vigia("evaluate", str(cases[0]), "--check", LANG="en")
    assert checked.status == 0, checked.err
    assert "cases right" in checked.err


def test_everything_the_commands_say_is_said_in_spanish() -> None:
    """The words in their files, and those of the library and of the door that pass through them."""
    said = {*usage._SENTENCES, *fault._SENTENCES}
    said |= {words for pair in door._FAULTS.values() for words in pair if words and "{" not in words}
    for path in (ROOT / "controller" / "cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                [first, *_] = node.args
                assert isinstance(first, ast.Constant | ast.Name), f"{path.name}:{node.lineno}"
                said |= {str(first.value)} if isinstance(first, ast.Constant) else set()
    spanish = translator("es")
    assert {words for words in said - ALIKE if spanish._(words) == words} == set()
