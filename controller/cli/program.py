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
    _open_streams()
    try:
        from controller.cli.tree import build

        app = build()
        status = app(list(arguments), prog_name="vigia", standalone_mode=False)
        sys.stdout.flush()
    except Failure as failure:
        return _said(failure, "--json" in arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        _forget_output()
        return REFUSED
    except Exception as error:
        return _unforeseen(error, "--json" in arguments)
    return status if isinstance(status, int) else 0


def _open_streams() -> None:
    """A caller may have closed them; what a terminal's character set lacks is written as escapes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - until the program ends
        else:
            stream.reconfigure(errors="backslashreplace")


def _forget_output() -> None:
    """Python must not try to flush the rest at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _unforeseen(error: Exception, as_json: bool) -> int:
    from controller.cli.failure import failure
    from controller.cli.usage import usage_message

    if (message := usage_message(error)) is not None:
        return _said(failure(WRONG, "usage", message), as_json) if message else WRONG
    if isinstance(error, OSError):
        # The request has been answered by now: nothing before it in a command raises this.
        _forget_output()
        reason = error.strerror or str(error)
        message = language._("it may be done, but the answer cannot be written here: {reason}", reason=reason)
        return _said(failure(REFUSED, "fault", message), as_json)
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
        faults = failure.error.get("faults") or ()
        print(f"vigia: {line(_in_words(failure))}" if not faults else _fault_lines(failure), file=sys.stderr)
    return failure.status


def _fault_lines(failure: Failure) -> str:
    """Of a document: each fault by its line and key path."""
    from controller.cli.terminal import line
    from controller.web.fault import told

    words = language.words()
    faults = failure.error["faults"]
    head = failure.error.get("document") or language._("the document")
    lines = [language._("vigia: {document} cannot be taken:", document=line(head))]
    for fault in faults:
        where = fault["path"]
        if fault.get("line"):
            where = language._("line {line}, {path}", line=fault["line"], path=where)
        said = told(words, str(fault["limit"]))
        if fault.get("way_out"):
            said += f". {told(words, str(fault['way_out']))}"
        lines.append(f"  {line(where)}: {line(said)}")
    return "\n".join(lines)


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
