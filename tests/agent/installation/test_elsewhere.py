"""Definitions for systems where none was proven yet: whole, well formed, and marked so."""

import plistlib

from agent.installation.elsewhere import UNPROVEN, launchd, way_out, windows


def test_the_property_list_is_one_and_says_that_it_is_unproven() -> None:
    held = plistlib.loads(launchd().encode())
    assert held["Label"] == "vigia-agent" and held["ProgramArguments"][1:] == ["run"]
    assert held["KeepAlive"] is True and held["UserName"] != "root"
    assert UNPROVEN in launchd()


def test_the_windows_task_runs_as_nobody_much_and_says_that_it_is_unproven() -> None:
    assert "LOCAL SERVICE" in windows() and "-RunLevel Limited" in windows()
    assert UNPROVEN in windows() and "{" not in windows().replace("{program}", "")


def test_an_install_there_says_what_to_do_instead() -> None:
    assert "install --print launchd" in way_out("darwin")
    assert "install --print windows" in way_out("win32")
