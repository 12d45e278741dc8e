"""How long a text from outside may be (trust.md "Limits"), and how it becomes a name."""

from collections.abc import Iterable

from controller.core.errors import Invalid
from controller.core.printable import printable

NAME_LIMIT = 255
SUMMARY_LIMIT = 2_000
FACTS_LIMIT = 64


def within(field: str, value: str, limit: int = NAME_LIMIT) -> str:
    """`value` as given. Raises `Invalid` naming field and limit."""
    if len(value) > limit:
        raise Invalid(field, f"at most {limit} characters, not {len(value)}", "Shorten it")
    return value


def named(field: str, value: str) -> str:
    """A name people will read: trimmed, not empty, of printable characters. Raises `Invalid`."""
    name = within(field, value.strip())
    if not name:
        raise Invalid(field, "must not be empty", "Give it a name")
    if not printable(name):
        raise Invalid(field, "must not hold control or direction characters", "Type it anew")
    return name


def stored(text: str) -> str:
    """Evidence is kept as given; only NUL, which PostgreSQL cannot hold, becomes U+FFFD."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def host_label(text: str) -> str:
    """A machine's own word for itself as a name of ours: what is not printable becomes "?"."""
    label = "".join(c if printable(c) else "?" for c in text.strip())[: NAME_LIMIT - 8]
    return label or "machine"


def facts_within(field: str, facts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Facts of a finding. Raises `Invalid` beyond 64 facts, 255 characters a key, 2,000 a value."""
    taken: dict[str, str] = {}
    for key, value in facts:
        if len(taken) >= FACTS_LIMIT:
            raise Invalid(field, f"at most {FACTS_LIMIT} facts")
        within(f"{field} key", key)
        taken[stored(key)] = stored(within(f"{field}[{host_label(key)[:60]}]", value, SUMMARY_LIMIT))
    return taken
