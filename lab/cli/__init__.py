"""The commands of `vigia-lab`: each asks one part of the lab and prints its answer. No rule lives here.

Results go to standard output, progress and errors to standard error. Exit status: 0 done, 1 failed or
refused, 2 wrong words or a faulty recipe, 130 Ctrl-C.
"""

import sys

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; never a traceback for what a person can mend."""
    from lab.cli.program import run

    return run(sys.argv[1:] if arguments is None else arguments)
