"""What was typed wrongly, in the reader's language; the library knows it in English only."""

import re

from controller.cli.language import _

# The library's sentences, as msgids with what stands between.
_SENTENCES = (
    "Missing argument '{name}'.",
    "Missing option '{name}'.",
    "Missing command.",
    "No such option: {name}",
    "No such option: {name} (Possible options: {names})",
    "No such option: {name} Did you mean {names}?",
    "No such command '{name}'.",
    "No such command '{name}'. Did you mean {names}?",
    "Option '{name}' requires an argument.",
    "Got unexpected extra argument(s) ({names})",
    "Invalid value for '{name}': {value} is not one of {names}.",
    "Invalid value for '{name}': Input should be a valid integer{more}",
    "Invalid value for '{name}': Input should be a valid number{more}",
)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    text = "".join(
        f"(?P<{part}>.+?)" if position % 2 else re.escape(part) for position, part in enumerate(parts)
    )
    return re.compile(text, re.DOTALL)


def usage_message(error: Exception) -> str | None:
    """None when it is not about what was typed, "" when the help was shown instead.

    Ends with the command whose help says more.
    """
    say = getattr(error, "format_message", None)
    if say is None or not hasattr(error, "exit_code"):
        return None
    if type(error).__name__ == "NoArgsIsHelpError":
        return ""
    said = str(say()).replace("Value error, ", "")
    for sentence in _SENTENCES:
        if found := _pattern(sentence).fullmatch(said):
            said = _(sentence, **found.groupdict()) if found.groupdict() else _(sentence)
            break
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "vigia"
    return _(
        "{fault} `{command} --help` says more",
        fault=said if said.endswith((".", "?")) else f"{said}.",
        command=path,
    )
