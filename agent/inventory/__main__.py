"""The child: the document as JSON on standard output, taken gently."""

import json
import os
import sys

from agent.inventory.document import taken

NICE = 10


def main() -> int:
    os.nice(NICE)
    json.dump(taken(), sys.stdout, separators=(",", ":"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
