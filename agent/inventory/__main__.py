"""The child: what was found, packed, on standard output; taken gently."""

import os
import sys

from agent.clock import SystemClock
from agent.inventory.document import taken
from agent.inventory.told import packed, told_of

NICE = 10


def main() -> int:
    if hasattr(os, "nice"):
        os.nice(NICE)
    sys.stdout.buffer.write(packed(told_of(taken(), SystemClock().now())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
