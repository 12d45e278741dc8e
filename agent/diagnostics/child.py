"""The agent's side: starts the child that takes the evidence, and kills it at the budget."""

import logging
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import agent
from agent.clock import Clock
from agent.diagnostics.request import packed
from agent.errors import OutOfTime
from agent.processes import ProgramMissing, run_async
from agent.recorder.frozen import Recorded
from agent.signals import Finding, Listener, Reading

# A sound machine needs one; one that thrashes, or whose disk stands still, needs most of it, and the minutes
# before its fault are what we came for.
BUDGET_S = 45.0
BUNDLE_MAX_BYTES = 512 * 1024
_log = logging.getLogger(__name__)
_HOME = str(Path(agent.__file__).parent.parent)


async def take_evidence(
    finding: Finding,
    readings: Iterable[Reading],
    clock: Clock,
    listener: Listener | None = None,
    agent_version: str = "",
    recorded: Recorded | None = None,
    patience: int = 1,
) -> bytes | None:
    """The redacted bundle (zip, at most 512 KiB) about one finding; None when there can be none. Raises
    OutOfTime after `patience` times 45 s, and when a
    signal ended it.

    `readings` are the recent ones, oldest first; `listener` is the watch's `last_listener`,
    `recorded` what the flight recorder put aside.
    """
    began = clock.monotonic()
    request = packed(finding, readings, listener, agent_version, recorded)
    # -P: nothing is imported from the folder the agent happens to be started in.
    argv = (sys.executable, "-P", "-m", "agent.diagnostics")
    paths = os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH"))))
    try:
        ended = await run_async(argv, BUDGET_S * patience, BUNDLE_MAX_BYTES, request, {"PYTHONPATH": paths})
    except ProgramMissing as error:
        _log.warning("evidence for %s: none: %s", finding.finding_id, error)
        return None
    took_s = clock.monotonic() - began
    if ended.timed_out:
        raise OutOfTime(f"out of time after {took_s:.1f} s")
    if ended.returncode < 0:  # the agent is being stopped, or the machine is short of memory
        raise OutOfTime(f"ended by signal {-ended.returncode} after {took_s:.1f} s")
    if not ended.ok:
        why = f"exit status {ended.returncode}"
        _log.warning("evidence for %s: none after %.1f s: %s", finding.finding_id, took_s, why)
        return None
    return ended.stdout
