"""The child: a request on standard input, a bundle on standard output. Exit 2: the request is refused."""

import os
import sys

from agent.chance import SystemChance
from agent.clock import SystemClock
from agent.diagnostics.request import RequestRefused, unpacked
from agent.diagnostics.taking import taken_bundle

REQUEST_MAX_BYTES = 16 * 1024 * 1024
ITEMS_BUDGET_S, OWN_BUDGET_S = 3.0, 20.0
NICE = 5


def main() -> int:
    os.nice(NICE)  # the machine is in trouble already
    try:
        request = unpacked(sys.stdin.buffer.read(REQUEST_MAX_BYTES))
    except RequestRefused as error:
        sys.stderr.write(f"{error}\n")
        return 2
    salt = SystemChance().token_bytes(32)
    bundle = taken_bundle(request, SystemClock(), salt, ITEMS_BUDGET_S, own_budget_s=OWN_BUDGET_S)
    sys.stdout.buffer.write(bundle)
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # an item that hangs must not keep us
