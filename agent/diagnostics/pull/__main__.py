"""The child: a request on standard input, steps on standard output, the bundle in a file.

Exit 2: the request is refused; 3: the disk is full; 4: the bundle grew too large; 1: anything else.
"""

import errno
import os
import sys
from contextlib import suppress

from agent.chance import SystemChance
from agent.clock import SystemClock
from agent.diagnostics.pull import basic
from agent.diagnostics.pull.names import profiles
from agent.diagnostics.pull.request import RequestRefused, Step, step_line, unpacked
from agent.diagnostics.pull.taking import collect

REQUEST_MAX_BYTES = 1024 * 1024
BUNDLE_MAX_BYTES = 512 * 1024 * 1024
NICE = 10
REFUSED, DISK_FULL, TOO_LARGE = 2, 3, 4
PIECES = {"basic": basic.PIECES, "trial": ()}


def main() -> int:
    os.nice(NICE)  # a machine in trouble needs its processor more than we do
    try:
        request = unpacked(sys.stdin.buffer.read(REQUEST_MAX_BYTES))
        if request.profile not in profiles():
            raise RequestRefused(f"profile: there is none named {request.profile!r}")
    except RequestRefused as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    # The kernel's own limits, for a collector that runs wild: twice what the budget hopes for.
    seconds = int(2 * request.budget_cpu_s) + 1
    with suppress(ImportError):  # Windows has none: there the budgets alone stop it
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (BUNDLE_MAX_BYTES, BUNDLE_MAX_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        collect(request, PIECES[request.profile], SystemClock(), SystemChance(), _tell)
    except OSError as error:
        sys.stderr.write(f"{error.strerror or error}\n")
        return {errno.ENOSPC: DISK_FULL, errno.EDQUOT: DISK_FULL, errno.EFBIG: TOO_LARGE}.get(
            error.errno or 0, 1
        )
    return 0


def _tell(step: Step) -> None:
    sys.stdout.write(step_line(step))
    sys.stdout.flush()


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # an item that hangs must not keep us
