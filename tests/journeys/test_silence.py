"""A silent machine with the real programs and real minutes (trust.md R6): long, so only by `make faults`."""

import signal
import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.street import Street, eventually, pass_by, street

pytestmark = pytest.mark.faults


def is_connected(walk: Street) -> bool:
    return [one["state"] for one in walk.json("machines", "list")] == ["connected"]


def test_a_killed_agent_is_critical_within_three_minutes_and_its_return_is_noted(tmp_path: Path) -> None:
    with street(tmp_path) as walk:
        walk.serve()
        walk.enrol()
        walk.agent()
        eventually("the machine is seen", lambda: is_connected(walk))
        # Judgement is held for two minutes after the controller's own start; this is about the agent's end.
        pass_by(130)
        walk.end("agent", signal.SIGKILL)
        killed = time.monotonic()
        found = eventually("a critical incident", walk.incidents, patience_s=180, pause_s=1)
        print(f"silent after {time.monotonic() - killed:.0f} s")
        assert [(one["rule"], one["severity"]) for one in found] == [("agent.silent", "critical")]
        walk.agent()
        eventually("return noted", lambda: walk.json("incidents", "show", "INC-1")["cleared_at"], 30)


def test_an_agent_that_said_goodbye_is_never_silent(tmp_path: Path) -> None:
    with street(tmp_path) as walk:
        walk.serve()
        walk.enrol()
        walk.agent()
        eventually("the machine is seen", lambda: is_connected(walk))
        assert walk.end("agent") == 0
        pass_by(330)
        assert walk.incidents() == []


def test_ten_minutes_without_a_controller_accuse_nobody(tmp_path: Path) -> None:
    """What the agent found meanwhile is there, once, with the right `began_at` and `opened_at` (T2)."""
    with street(tmp_path) as walk:
        walk.serve()
        walk.enrol(watches=walk.shop_watch)
        walk.shop()
        walk.agent()
        eventually("the machine is seen", lambda: is_connected(walk))
        pass_by(10)
        walk.end("controller", signal.SIGKILL)
        pass_by(120)
        walk.close_the_shop()
        eventually("the agent has found it", lambda: "watch.down" in walk.log("agent"))
        line = next(line for line in walk.log("agent").splitlines() if "watch.down" in line)
        found_at = datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S,%f").astimezone()
        pass_by(480)
        walk.serve()
        found = eventually("the incident", walk.incidents, patience_s=180, pause_s=1)
        pass_by(200)
        found = walk.incidents()
        assert [(one["rule"], one["finding_count"]) for one in found] == [("watch.down", 1)]
        for key in ("began_at", "opened_at"):
            known = datetime.fromisoformat(found[0][key])
            assert abs((known - found_at).total_seconds()) < 3, (key, known, found_at)
