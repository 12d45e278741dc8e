"""All commands in one tree, and how each way of failing ends."""

import os
import sys
from collections.abc import Sequence

from lab.cli import INTERRUPTED
from lab.errors import LabError
from lab.visible import visible, visible_lines


def run(arguments: Sequence[str]) -> int:
    """The exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files here
    from lab.cli.tree import build

    try:
        status = build()(list(arguments), prog_name="vigia-lab", standalone_mode=False)
        sys.stdout.flush()
    except LabError as error:
        print(f"vigia-lab: {visible_lines(error)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not try to flush the rest at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(
            f"vigia-lab: {visible(error.filename or 'the system')}: {error.strerror or error}",
            file=sys.stderr,
        )
        return 1
    except Exception as error:
        return _typed_wrongly(error)
    return status if isinstance(status, int) else 0


def _typed_wrongly(error: Exception) -> int:
    """The library's own errors know how to say themselves; anything else is a fault of ours."""
    say, status = getattr(error, "format_message", None), getattr(error, "exit_code", None)
    if type(error).__name__ == "Abort":
        return INTERRUPTED
    if say is None or status is None:
        raise error
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "vigia-lab"
    print(f"vigia-lab: {visible(say())} `{path} --help` says more", file=sys.stderr)
    return int(status)
