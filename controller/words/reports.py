"""How reports name what they count: outcomes, groups and their keys, in the reader's language."""

from datetime import date

from babel.dates import format_date, format_skeleton

from controller.words.catalogue import Translator


def N_(message: str) -> str:  # noqa: N802 - the field's name for "to be translated later"
    return message


OUTCOMES = {"kept": N_("kept"), "missed": N_("missed"), "undecided": N_("undecided")}
GROUPS = {
    "customer": N_("Customer"),
    "severity": N_("Severity"),
    "day": N_("Day"),
    "week": N_("Week"),
    "month": N_("Month"),
}
SEVERITIES = {"critical": N_("Critical"), "high": N_("High"), "normal": N_("Normal")}
STATES = {"open": N_("Open"), "resolved": N_("Resolved"), "closed": N_("Closed")}
PROMISES = {
    "first_response": N_("First response"),
    "escalation_and_update": N_("Escalation and updates"),
}

REFUSALS = (
    N_("{text} is no day"),
    N_("{text} is beyond what we keep"),
    N_("{later} is before {earlier}"),
    N_("is {days} days or more before {later}"),
    N_("{name} is none of ours"),
    N_("there is no kind of file {name}"),
    N_("Write it as 2026-03-02"),
    N_("Give the earlier day first"),
    N_("Ask for less at a time"),
    N_("Use a year from 1970 to 9000"),
)
"""What the room says in English, as the msgids of the catalogue."""
FIELDS = {"from": N_("Opened from"), "to": N_("Opened to")}


def outcome(words: Translator, name: str) -> str:
    return words._(OUTCOMES.get(name, name))


def group(words: Translator, by: str) -> str:
    return words._(GROUPS.get(by, by))


def severity(words: Translator, name: str) -> str:
    return words._(SEVERITIES.get(name, name))


def state(words: Translator, name: str) -> str:
    return words._(STATES.get(name, name))


def promise(words: Translator, name: str) -> str:
    return words._(PROMISES.get(name, name))


def day(words: Translator, at: date) -> str:
    """ "2 mar 2026" or "2 Mar 2026"."""
    return format_date(at, "d MMM y", locale=words.language)


def key(words: Translator, by: str, value: str) -> str:
    """A line's key as people read it: "Crítica", "mar 2026", "semana 10 de 2026"; "" is the total."""
    if not value:
        return words._("Total")
    if by == "severity":
        return severity(words, value)
    if by == "month":
        return str(format_skeleton("yMMM", date.fromisoformat(f"{value}-01"), locale=words.language))
    if by == "week":
        year, week = value.split("-W")
        return words._("week {week} of {year}", week=int(week), year=year)
    if by == "day":
        return day(words, date.fromisoformat(value))
    return value


def short_key(words: Translator, by: str, value: str) -> str:
    """A line's key where there is little room: "S10", "2 mar"."""
    if by == "week":
        return words._("W{week}", week=int(value.split("-W")[1]))
    if by == "day":
        return format_date(date.fromisoformat(value), "d MMM", locale=words.language)
    return key(words, by, value)
