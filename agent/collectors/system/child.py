"""Starts a short child of our own code, for what would cost the resident agent memory (ctypes, ssl)."""

import os
import sys
from pathlib import Path

import agent
from agent.processes import Finished, run

_HOME = str(Path(agent.__file__).parent.parent)


def child(module: str, *words: str, timeout_s: float, limit_bytes: int = 256 * 1024) -> Finished:
    """Runs `python -m module words`. Blocking. Raises ProgramMissing."""
    paths = os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH"))))
    # -P: nothing is imported from the folder the agent happens to be started in.
    argv = (sys.executable, "-P", "-m", module, *words)
    return run(argv, timeout_s, limit_bytes, environment={"PYTHONPATH": paths})
