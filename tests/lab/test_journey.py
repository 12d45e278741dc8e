"""The lab's part of the story, with the real programs: an outage, attempts on a real sshd and by hand, and
the incident that tells of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.lab_commands import LabCommands
from tests.support.sshd import Sshd
from tests.support.street import Street, eventually, street

pytestmark = [pytest.mark.needs_sshd, pytest.mark.slow]

RECIPE = """
name = "shop-refuses"
symptom = "nobody listens on the shop's port"
case = "INC-1"
bench = "ssh:till"
repeats = 3
[[steps]]
run = ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PORT"]
environment = { PORT = "{port}" }
[oracle]
kind = "exit_status"
differs_from = 0
"""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Street]:
    with street(tmp_path) as made:
        yield made


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    server = Sshd(tmp_path / "sshd")
    server.start()
    yield server
    server.stop()


def test_attempts_reach_the_incident_once_and_its_story_tells_them(
    town: Street, sshd: Sshd, tmp_path: Path
) -> None:
    town.serve()
    town.shop()
    town.enrol(watches=town.shop_watch)
    town.agent()
    eventually("the watch has looked", lambda: "shop" in str(town.json("machines", "list")), patience_s=40)
    town.close_the_shop()
    eventually("the outage is an incident", town.incidents, patience_s=40)

    lab = LabCommands(tmp_path / "lab")
    wrong = lab("bench", "add", "till", sshd.address, "--key", sshd.key, "--fingerprint", "SHA256:wrong")
    assert wrong.returncode == 1 and "nothing was pinned" in wrong.stderr
    assert lab("bench", "add", "till", sshd.address, "--key", sshd.key, typed="n\n").returncode != 0
    pinned = lab("bench", "add", "till", sshd.address, "--key", sshd.key, "--fingerprint", sshd.fingerprint)
    assert pinned.returncode == 0, pinned.stderr
    assert sshd.fingerprint in lab("benches").stdout

    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.replace("{port}", str(town.ports["shop_port"])))
    tried = lab("run", recipe)
    assert tried.returncode == 0 and "reproduced 3 of 3" in tried.stdout, tried.stderr
    lab("record", "--case", "INC-1", "--expected", "a page", "--seen", "the page, by telephone", "--verdict",
        "not_reproduced", "--title", "called the customer")  # fmt: skip

    line = town.vigia("enrol", "--customer", "Taller Lima", "--role", "lab").stdout.split()
    assert line[0] == "vigia-lab"
    enrolled = lab(*line[1:])
    assert enrolled.returncode == 0, enrolled.stderr
    assert [machine["role"] for machine in town.json("machines", "list")] == ["server"]

    assert "4 handed in to INC-1" in lab("push").stdout
    assert "nothing to hand in" in lab("push").stdout
    story = town.vigia("explain", "INC-1").stdout
    assert "tried shop-refuses on ssh:till: reproduced 3 of 3 times" in " ".join(story.split())
    assert "tried called the customer on by hand: reproduced 0 of 1 times" in " ".join(story.split())

    town.end("controller", 9)
    lab("record", "--case", "INC-1", "--expected", "a page", "--seen", "none", "--verdict", "reproduced")
    away = lab("push")
    assert away.returncode == 1 and "could not be reached" in away.stderr
    town.serve()
    assert "1 handed in to INC-1" in lab("push").stdout
