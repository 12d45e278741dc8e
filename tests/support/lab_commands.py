"""`vigia-lab` as an engineer has it: a process of its own, on a folder of the test's."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.street import PROGRAMS


class LabCommands:
    """`folder` holds the journal, the benches and the identity."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def _environment(self) -> Mapping[str, str]:
        return {**os.environ, "VIGIA_LAB_DATA": str(self.folder), "LANG": "C.UTF-8", "COLUMNS": "200"}

    def __call__(self, *arguments: object, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Runs to its end, whatever that is."""
        return subprocess.run(
            [PROGRAMS / "vigia-lab", *map(str, arguments)],
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            env=self._environment,
        )

    def json(self, *arguments: object) -> Any:
        """What it printed for programs; it must have ended well."""
        done = self(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """In the background, in a process group of its own, as a terminal has it."""
        return subprocess.Popen(
            [PROGRAMS / "vigia-lab", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
            start_new_session=True,
        )
