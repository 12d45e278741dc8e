"""All commands in one tree, and how each way of failing ends."""

import os
import sys
from collections.abc import Sequence

from controller.cli import language
from controller.cli.failure import REFUSED, WRONG, Failure

INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """No traceback ever: who runs a command cannot mend a program."""
    language.choose(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files here
    # Typer asks for Rich's help by this; widths of its own help are fine without.
    from controller.cli.tree import build

    app = build()
    try:
        status = app(list(arguments), prog_name="vigia", standalone_mode=False)
        sys.stdout.flush()
    except Failure as failure:
        return _said(failure, "--json" in arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not try to flush the rest at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except Exception as error:
        return _unforeseen(error, "--json" in arguments)
    return status if isinstance(status, int) else 0


def _unforeseen(error: Exception, as_json: bool) -> int:
    from controller.cli.failure import failure
    from controller.cli.usage import usage_message

    if (message := usage_message(error)) is not None:
        return _said(failure(WRONG, "usage", message), as_json)
    if type(error).__name__ == "Abort":
        return INTERRUPTED
    name = f"{type(error).__name__}: {error}"
    return _said(failure(REFUSED, "fault", language._("vigia itself failed: {name}", name=name)), as_json)


def _said(failure: Failure, as_json: bool) -> int:
    from controller.cli.terminal import line

    if as_json:
        import json

        error = {name: value for name, value in failure.error.items() if name != "translated"}
        print(json.dumps({"error": error}), file=sys.stderr)
    else:
        print(f"vigia: {line(_in_words(failure))}", file=sys.stderr)
    return failure.status


def _in_words(failure: Failure) -> str:
    """A room's English sentence in the reader's language, as the pages say it."""
    error = failure.error
    if error.get("translated"):
        return str(error["message"])
    from controller.web.fault import told

    words = language.words()
    if error.get("field"):
        text = f"{error['field']}: {told(words, str(error.get('limit') or ''))}"
        return f"{text}. {told(words, str(error['way_out']))}" if error.get("way_out") else text
    text = told(words, str(error["message"]))
    if error.get("retry_after_s"):
        text += language._("; try again in {seconds} s", seconds=round(float(error["retry_after_s"])))
    return text
