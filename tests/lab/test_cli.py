"""The commands as they are typed: results on one stream, trouble on the other, a status that says which."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.support.lab_commands import LabCommands
from tests.support.street import eventually

COIN = """
name = "coin"
symptom = "it falls on its head"
repeats = {repeats}
[[steps]]
name = "toss"
run = ["sh", "-c", "{script}"]
[oracle]
kind = "exit_status"
equals = 1
"""


@pytest.fixture
def lab(tmp_path: Path) -> LabCommands:
    return LabCommands(tmp_path / "lab")


def coin(folder: Path, script: str = "exit 1", repeats: int = 2) -> Path:
    path = folder / "coin.toml"
    path.write_text(COIN.replace("{script}", script).replace("{repeats}", str(repeats)))
    return path


def test_a_recipe_is_run_listed_and_shown(lab: LabCommands, tmp_path: Path) -> None:
    done = lab("run", coin(tmp_path, "echo heads; exit 1"))
    assert done.returncode == 0, done.stderr
    assert "reproduced 2 of 2, 34-100 %" in done.stdout
    assert "step 'toss' ended with status 1" in done.stderr
    assert "2 of 2, 34-100 %" in lab("list").stdout
    first = lab.json("list")[0]
    shown = lab("show", first["id"][:8], "--transcript", "--save", tmp_path / "saved").stdout
    assert "it falls on its head" in shown and "heads" in shown and "not yet" in shown
    saved = tmp_path / "saved" / first["id"][:8]
    assert {path.name for path in saved.iterdir()} == {"transcript.cast", "recipe.toml", "environment.json"}


def test_faults_are_told_line_by_line_and_nothing_is_tried(lab: LabCommands, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        'name = "x"\nrepeats = 0\n[[steps]]\nrun = "sh"\n[oracle]\nkind = "mood"\n[limits]\nmood = 1\n'
    )
    done = lab("run", path)
    assert done.returncode == 2 and not done.stdout
    told = done.stderr.splitlines()
    assert told[0].endswith("bad.toml: 5 faults")
    for line, path_of_key in zip(
        told[1:], ["repeats", "steps[0].run", "oracle.kind", "limits.mood", "symptom"], strict=True
    ):
        assert f"{path_of_key}: " in line
    assert not lab.folder.exists()


def test_ctrl_c_keeps_what_was_done_and_the_same_command_goes_on(lab: LabCommands, tmp_path: Path) -> None:
    """The second toss never comes down; it is broken off, and the run is finished later."""
    tries = tmp_path / "tries"
    script = f"echo x >> {tries}; [ $(wc -l < {tries}) != 2 ] || sleep 300; exit 1"
    recipe = coin(tmp_path, script, repeats=3)
    running = lab.start("run", recipe)
    eventually("the second toss", lambda: tries.exists() and tries.read_text().count("x") == 2, patience_s=40)
    os.kill(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=40)
    assert running.returncode == 130, err
    assert "reproduced 1 of 1" in out and "2 attempts are left" in err and "Traceback" not in err
    done = lab("run", recipe)
    assert "going on with run" in done.stderr
    assert "reproduced 3 of 3" in done.stdout
    assert [one["number"] for one in lab.json("list")] == [1, 2, 3]


def test_a_lab_that_was_killed_puts_the_bench_right_before_it_goes_on(
    lab: LabCommands, tmp_path: Path
) -> None:
    """kill -9 while a factor is on the bench: the next run takes it off before it tries anything."""
    log, hold = tmp_path / "log", tmp_path / "hold"
    hold.touch()
    script = f"echo try >> {log}; while [ -e {hold} ]; do sleep 0.1; done; exit 1"
    recipe = coin(tmp_path, script, repeats=1)
    recipe.write_text(
        recipe.read_text()
        + f'[[factors]]\nname = "driver"\napply = ["sh", "-c", "echo on >> {log}"]\n'
        + f'undo = ["sh", "-c", "echo off >> {log}"]\n'
    )
    running = lab.start("run", recipe, "--with", "driver")
    eventually("the toss", lambda: log.exists() and "try" in log.read_text(), patience_s=40)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    hold.unlink()
    done = lab("run", recipe, "--with", "driver")
    assert done.returncode == 0 and "reproduced 1 of 1" in done.stdout, done.stderr
    assert log.read_text().split() == ["on", "try", "off", "on", "try", "off"]


def test_an_attempt_by_hand_is_recorded_with_its_files_redacted(lab: LabCommands, tmp_path: Path) -> None:
    secret = "hunter" + "2-" + "Zq81xw"
    notes = tmp_path / "notes.txt"
    notes.write_text(f"turned it off and on\npassword={secret}\n")
    picture = tmp_path / "screen.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    done = lab(
        "record", "--expected", "a page", "--seen", f"nothing, with password={secret}",
        "--verdict", "reproduced",
        "--case", "INC-3", "--file", notes, "--file", picture,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "screen.png: kept as it is" in done.stderr
    lab("show", lab.json("list")[0]["id"], "--save", tmp_path / "saved")
    kept = next((tmp_path / "saved").iterdir())
    assert secret not in (kept / "notes.txt").read_text() and "[redacted:" in (kept / "notes.txt").read_text()
    assert (kept / "screen.png").read_bytes() == picture.read_bytes()
    assert secret not in (lab.folder / "journal.log").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--seen", "", "--verdict", "reproduced"), "--seen must not be empty"),
        (("--seen", "x" * 2_001, "--verdict", "reproduced"), "--seen has 2001 characters, at most 2000"),
        (("--seen", "x", "--verdict", "inconclusive"), "--reason must not be empty"),
        (("--seen", "x", "--verdict", "perhaps"), "--verdict"),
        (("--seen", "x", "--verdict", "reproduced", "--case", "3"), "--case must read like INC-12"),
        (("--seen", "x", "--verdict", "reproduced", "--file", "/nowhere"), "/nowhere cannot be read"),
    ],
)
def test_what_is_typed_wrongly_is_said_and_nothing_is_kept(
    lab: LabCommands, words: tuple[str, ...], told: str
) -> None:
    done = lab("record", "--expected", "a page", *words)
    assert done.returncode == 2 and told in done.stderr
    assert "Traceback" not in done.stderr and not (lab.folder / "journal.log").exists()


def test_two_manifests_are_compared(lab: LabCommands, tmp_path: Path) -> None:
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    a.write_text(lab("manifest", "--json").stdout)
    table = json.loads(a.read_text())
    table["facts"]["kernel.release"]["value"] = "2.2.0"
    table["facts"]["hardware.cpu_model"] = {"value": "80386", "kind": "hardware"}
    b.write_text(json.dumps(table))
    factors = [row["factor"] for row in lab.json("compare", a, b)["differences"]]
    assert factors == ["kernel.release", "hardware.cpu_model"]
    assert "2.2.0" in lab("compare", a, b).stdout
    assert lab("compare", a, __file__).returncode == 2


def test_text_that_would_steer_the_terminal_is_shown_as_text(lab: LabCommands, tmp_path: Path) -> None:
    lab("run", coin(tmp_path, "printf '\\\\033[2Jgone'; exit 1", repeats=1))
    shown = lab("show", lab.json("list")[0]["id"], "--transcript").stdout
    assert "\x1b" not in shown and "\\x1b[2Jgone" in shown


def test_a_push_without_an_identity_says_how_to_get_one(lab: LabCommands) -> None:
    assert lab("push").stdout.strip() == "nothing to hand in"
    lab("record", "--expected", "a", "--seen", "b", "--verdict", "reproduced", "--case", "INC-1")
    done = lab("push")
    assert done.returncode == 1 and "vigia enrol" in done.stderr and "--role lab" in done.stderr


def test_unknown_words_end_with_usage(lab: LabCommands) -> None:
    for words in (("rum",), ("run",), ("show",), ("run", "/nowhere.toml"), ("enrol", "--token", "x")):
        done = lab(*words)
        assert (
            done.returncode == 2 and done.stderr.startswith("vigia-lab: ") and "Traceback" not in done.stderr
        )
