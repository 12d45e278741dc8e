"""What words a rule has. rules.py and the tables beside it, one for each family of rules, are made of it."""

from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 - the field's name for "to be translated later"
    return message


@dataclass(frozen=True, slots=True)
class RuleWords:
    """msgids: `title` one line; `remedy` one step a line, the safest first."""

    title: str
    remedy: tuple[str, ...]
