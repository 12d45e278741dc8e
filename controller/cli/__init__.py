"""The commands of `vigia`: each translates what was typed into one request, and the answer into words.

No rule lives here, and nothing of the controller is touched but its own socket; `evaluate` works offline.
Start-up is kept short: what a command needs is imported when it runs.
"""

import sys


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done; 1 refused, not found or unavailable; 2 wrong words; 130 Ctrl-C."""
    try:
        from controller.cli.program import run

        return run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return 130
