"""Two controllers on one PostgreSQL, each killed where a change of roots hurts most; nobody is lost.

Real programs and real waiting: the minute in which every process learns to trust the new root is a minute.
"""

import json
import shutil
import signal
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.stores import postgres_uri
from tests.support.street import Street, eventually, pass_by, street


@pytest.fixture
def database() -> Any:
    name = f"roots_{datetime.now(UTC):%H%M%S%f}"
    with psycopg.connect(postgres_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    head, _, _ = postgres_uri().partition("/postgres?")
    yield f"{head}/{name}?{postgres_uri().partition('?')[2]}"
    with psycopg.connect(postgres_uri(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def identity(walk: Street, name: str) -> dict[str, str]:
    return dict(json.loads((walk.folder / name / "identity.json").read_text()))


def roots(walk: Street, name: str) -> int:
    return identity(walk, name)["root_pem"].count("BEGIN CERT")


def hurry(walk: Street, name: str) -> None:
    """As after the hour over which a fleet renews."""
    path = walk.folder / name / "identity.json"
    held = json.loads(path.read_text())
    held["renew_at"] = datetime.now(UTC).isoformat()
    path.write_text(json.dumps(held))


@pytest.mark.faults
def test_a_change_of_roots_with_kills_between_the_steps(tmp_path: Path, database: str) -> None:
    with ExitStack() as places:
        folders = [tmp_path / "a", tmp_path / "b"]
        for folder in folders:
            folder.mkdir()
        one, two = (places.enter_context(street(folder, {"database_url": database})) for folder in folders)
        one.serve()
        shutil.copytree(one.data / "authority", two.data / "authority")
        two.serve()
        one.enrol("caja")
        two.enrol("vieja")
        one.enrol("lejos")
        one.agent("caja")
        two.agent("vieja")
        first = roots(one, "caja")
        for walk, name in ((one, "caja"), (two, "vieja")):
            eventually("both hold a stream", lambda w=walk, n=name: "connected as" in w.log(n))  # type: ignore[misc]

        one.vigia("authority", "rotate")
        one.end("controller", signal.SIGKILL)
        eventually("told by the other process", lambda: roots(two, "vieja") == 2, 40)
        one.serve()
        eventually("told by the one that came back", lambda: roots(one, "caja") == 2, 90)
        two.end("controller", signal.SIGKILL)
        two.serve()
        assert first == 1
        pass_by(62)
        for walk, name in ((one, "caja"), (two, "vieja")):
            walk.end(name)
            hurry(walk, name)
            walk.agent(name)
        eventually("both renewed", lambda: one.json("authority", "show")["arrived"] == 2, 90)
        refused = two.vigia("authority", "finish", check=False)
        assert refused.returncode == 1 and "1 of 3 machines" in refused.stderr
        two.vigia("authority", "finish", "--force")
        two.end("controller", signal.SIGKILL)
        two.serve()
        for walk, name in ((one, "caja"), (two, "vieja")):
            eventually("only the new root is trusted", lambda w=walk, n=name: roots(w, n) == 1, 90)  # type: ignore[misc]
        for walk in (one, two):
            names = {path.name for path in (walk.data / "authority").glob("*.key")}
            assert "root.key" not in names and len(names) == 2
        one.agent("lejos")
        eventually("the one that was away recovers", lambda: "connected as" in one.log("lejos"), 60)
        assert identity(one, "lejos")["root_pem"] == identity(one, "caja")["root_pem"]

        # A ban closes a stream in the other process within 5 s, too.
        agent_id = identity(two, "vieja")["agent_id"]
        one.vigia("machines", "ban", agent_id, "--reason", "a test")
        eventually("its stream ends", lambda: "this machine is banned" in two.log("vieja"), 5)
