"""From a real outage to a kept promise, with the real programs: everything a newcomer would try by hand."""

import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.street import PROGRAMS, Street, eventually, street

pytestmark = pytest.mark.slow


def open_incidents(walk: Street) -> list[dict[str, Any]]:
    return walk.incidents("--state", "open")


def is_connected(walk: Street) -> bool:
    machines = walk.json("machines", "list")
    return bool(machines) and machines[0]["state"] == "connected"


def test_an_outage_is_seen_proven_answered_and_closed(tmp_path: Path) -> None:
    """A watched web server dies: critical, with evidence, in 5 s. It comes back: noted, and still open for
    a person, who answers, resolves and closes; the story is told with times."""
    with street(tmp_path) as walk:
        walk.serve()
        walk.enrol(watches=walk.shop_watch)
        walk.shop()
        walk.agent()
        eventually("the machine is seen", lambda: is_connected(walk))
        eventually("the watch has looked", lambda: "shop" in str(walk.json("machines", "list")))

        walk.close_the_shop()
        found = eventually("a critical incident", lambda: open_incidents(walk), patience_s=5)[0]
        assert found["reference"] == "INC-1"
        assert found["severity"] == "critical"
        whole = eventually(
            "its evidence",
            lambda: shown if (shown := walk.json("incidents", "show", "INC-1"))["evidence"] else None,
            patience_s=10,
        )
        assert whole["cleared_at"] is None
        before = walk.vigia("incidents", "evidence", "INC-1", "recorder/minutes.txt").stdout
        assert "the fault began: watch.down" in before and "CPU %" in before

        walk.shop()
        eventually("recovery noted", lambda: walk.json("incidents", "show", "INC-1")["cleared_at"])
        assert [one["reference"] for one in open_incidents(walk)] == ["INC-1"]

        walk.vigia("incidents", "respond", "INC-1", "We see it and are on it.")
        walk.vigia("incidents", "resolve", "INC-1", "The web server was started again.")
        walk.vigia("incidents", "close", "INC-1", "--reason", "confirmed by phone")
        assert walk.json("incidents", "show", "INC-1")["state"] == "closed"
        assert not open_incidents(walk)
        story = walk.vigia("explain", "INC-1").stdout
        for told in ("shop", "We see it and are on it.", "first response"):
            assert told.lower() in story.lower()


def test_a_controller_that_was_away_gets_what_was_found_meanwhile(tmp_path: Path) -> None:
    """Killed, not stopped: on its return the finding is there once, dated when it was found (T2)."""
    with street(tmp_path) as walk:
        walk.serve()
        walk.enrol(watches=walk.shop_watch)
        walk.shop()
        walk.agent()
        eventually("the machine is seen", lambda: is_connected(walk))
        walk.end("controller", signal.SIGKILL)
        walk.close_the_shop()
        eventually("the agent says so in its log", lambda: "watch.down" in walk.log("agent"))
        # A report younger than 5 s counts as fresh, whoever was away.
        found_at = time.monotonic()
        eventually("the outage lasts a while", lambda: time.monotonic() - found_at > 6)
        walk.serve()
        found = eventually("the incident", lambda: open_incidents(walk), patience_s=30)
        assert [one["rule"] for one in found] == ["watch.down"]
        assert found[0]["began_at"] <= found[0]["opened_at"]
        # The controller was down: opened is the finding's own time, before it came back.
        lines = [line for line in walk.log("controller").splitlines() if "controller started" in line]
        came_back = datetime.fromisoformat(lines[-1].split()[0])
        assert datetime.fromisoformat(found[0]["opened_at"]) < came_back


def test_an_agent_stopped_by_hand_says_goodbye(tmp_path: Path) -> None:
    with street(tmp_path) as walk:
        walk.serve()
        walk.enrol()
        walk.agent()
        eventually("the machine is seen", lambda: is_connected(walk))
        assert walk.end("agent") == 0
        gone = eventually(
            "the goodbye",
            lambda: one if (one := walk.json("machines", "list")[0])["goodbye_reason"] else None,
        )
        assert gone["goodbye_reason"] == "stopped"
        assert walk.end("controller") == 0
        walk.serve()
        assert not open_incidents(walk)


def test_make_up_runs_stops_and_goes_on(tmp_path: Path) -> None:
    """`vigia up`: a link for the first administrator, this machine listed; Ctrl-C; again, and all is kept."""
    with street(tmp_path) as walk:
        folder = tmp_path / "up"
        for start in (1, 2):
            log = f"up-{start}"
            running = walk.start(log, [PROGRAMS / "vigia", "up", "--data", folder])
            eventually("up says where to click", lambda log=log: "Ctrl-C" in walk.log(log), patience_s=60)  # type: ignore[misc]
            walk.data = folder / "controller"
            machines = eventually("the machine is listed", lambda: walk.json("machines", "list"))
            assert len(machines) == 1
            eventually("it is connected", lambda: is_connected(walk))
            assert running.poll() is None
            assert walk.end(log, signal.SIGINT) == 0, walk.log(log)
