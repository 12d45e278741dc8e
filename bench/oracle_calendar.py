"""Opening hours against a calendar that looks at every minute: a hundred thousand random comparisons.

Run: `.venv/bin/python bench/oracle_calendar.py [COUNT] [SEED]`. Prints the seed first; the first difference
ends it with status 1.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path
from random import Random, SystemRandom

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.random_calendars import Sample, sample


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SystemRandom().randrange(2**32)
    print(f"seed {seed}", flush=True)
    random = Random(seed)
    began = time.process_time()
    for number in range(1, count + 1):
        drawn = sample(random, timedelta(days=1))
        difference = compare(drawn, timedelta(seconds=random.randrange(0, 43_200)))
        if difference:
            print(f"after {number}: {difference}\n{drawn}")
            return 1
        if number % max(1, count // 10) == 0:
            print(f"{number} of {count}, {time.process_time() - began:.0f} s CPU, no difference", flush=True)
    return 0


def compare(drawn: Sample, duration: timedelta) -> str:
    """The difference in words, empty when there is none."""
    fast = drawn.fast.open_between(drawn.start, drawn.end)
    slow = drawn.slow.open_between(drawn.start, drawn.end)
    if fast != slow:
        return f"between: {fast}, every minute {slow}"
    landing = drawn.slow.add_open(drawn.start, duration, timedelta(days=1))
    if landing is not None and (got := drawn.fast.add_open(drawn.start, duration)) != landing:
        return f"add {duration}: {got}, every minute {landing}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
