"""The last lines of the journal: of the unit the finding is about, else all warnings of the machine."""

from agent.diagnostics.item import KIB, Recipe, Taken
from agent.diagnostics.request import Request
from agent.processes import run

LINES = 200
OUTPUT_LIMIT_BYTES = 1024 * KIB


def take(request: Request) -> Taken:
    """Raises ProgramMissing where there is no journal."""
    which = (f"--unit={request.unit}",) if request.unit else ("--priority=warning",)
    argv = ("journalctl", *which, f"--lines={LINES}", "--no-pager", "--output=short-iso")
    said = run(argv, timeout_s=2.5, output_limit_bytes=OUTPUT_LIMIT_BYTES)
    data = said.stdout or said.stderr
    return Taken(" ".join(argv), data, said.returncode, said.truncated, said.timed_out)


RECIPE = Recipe("journal.txt", 256 * KIB, take)
