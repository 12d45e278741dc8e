"""A terminal obeys what it is shown, so nothing from outside reaches it as it came."""

import asyncio
import json
import sys

from controller.cli.terminal import line, plain, print_json
from tests.support.control import ROOT, Control, vigia

HOSTILE = "a\x1b]0;owned\x07b\x9b2Jc\u202edcba\u2066\ue000\U000e0041\x7f"


def test_what_could_steer_a_terminal_is_written_out() -> None:
    assert plain("\x1b[31mred\x1b[0m\x08\u202e") == "red\\x08\\u202e"
    assert line("one\r\ntwo\tthree\x00") == "one two three\\x00"
    assert plain("línea 1\n  línea 2 ñ 🦤") == "línea 1\n  línea 2 ñ 🦤"


def test_json_keeps_every_character_without_printing_it(capsys) -> None:  # type: ignore[no-untyped-def]  # pytest's
    said = {"body": HOSTILE + "\ud800", "plain": "ñ 🦤"}
    print_json(said)
    out = capsys.readouterr().out
    assert json.loads(out) == said
    assert "ñ 🦤" in out
    assert not [
        c
        for c in out
        if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\U000e0041")
    ]


async def test_a_hostile_note_is_shown_harmlessly(control: Control) -> None:
    await control.desk.raised(await control.desk.finding(object_name="tienda\x1b[2J\u202e"))
    noted = await control.vigia("incidents", "note", "INC-1", "-", stdin=f"{HOSTILE} [red]x[/red]".encode())
    assert noted.status == 0, noted.err
    for words in (("incidents", "list"), ("incidents", "show", "INC-1"), ("explain", "INC-1")):
        for ran in await asyncio.gather(control.vigia(*words), control.vigia(*words, "--json")):
            assert ran.status == 0, ran.err
            assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\x7f"} & set(ran.out), words
    assert "[red]x[/red]" in (await control.vigia("incidents", "show", "INC-1")).out


async def test_a_reader_who_has_seen_enough(control: Control) -> None:
    """`vigia ... | head -1` ends quietly."""
    for number in range(30):
        await control.desk.raised(await control.desk.finding(object_name=f"tienda-{number}"))
    command = f"{sys.executable} -m controller.cli incidents list --json | head -c 1"
    process = await asyncio.create_subprocess_shell(
        command, cwd=ROOT, env={"VIGIA_DATA": str(control.data), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert (out, err) == (b"[", b"")


async def test_bytes_that_are_no_text(control: Control) -> None:
    await control.desk.raised(await control.desk.finding())
    for words in (("incidents", "note", "INC-1", "caf\udce9"), ("machines", "show", "caf\udce9")):
        ran = await control.vigia(*words)
        assert ran.status == 2, ran.err
        assert ran.err.startswith("vigia: ")
        assert ran.err.count("\n") == 1


async def test_help_is_quick_and_in_the_readers_language() -> None:
    """Nothing heavy is loaded before a command needs it: a slow command is not used in a hurry."""
    helped = await vigia("--help", LANG="es_ES.UTF-8")
    assert helped.status == 0
    assert "Vigía: incidencias que se abren solas" in helped.out
    heavy = "('httpx', 'sqlalchemy', 'fastapi', 'pydantic', 'babel', 'grpc', 'uvicorn')"
    code = (
        "import sys; from controller.cli import main; main(['--help']); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.decode().splitlines()[-1] == "[]"
