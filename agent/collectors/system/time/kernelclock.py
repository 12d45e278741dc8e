"""A short-lived child: asks the kernel whether anybody keeps its clock. ctypes stays out of the agent.

`python -m agent.collectors.system.time.kernelclock` prints "synchronized" or "unsynchronized": adjtimex(2),
status bit STA_UNSYNC.
"""

import ctypes
import sys

_STATUS_AT = 5 * ctypes.sizeof(ctypes.c_long)  # modes (padded), offset, freq, maxerror, esterror, then status
_STA_UNSYNC = 0x0040


def main() -> int:
    timex = ctypes.create_string_buffer(256)  # zeroed: modes 0 only reads
    if ctypes.CDLL(None, use_errno=True).adjtimex(timex) < 0:
        print(f"adjtimex: errno {ctypes.get_errno()}", file=sys.stderr)
        return 1
    status = ctypes.c_int.from_buffer(timex, _STATUS_AT).value
    print("unsynchronized" if status & _STA_UNSYNC else "synchronized")
    return 0


if __name__ == "__main__":
    sys.exit(main())
