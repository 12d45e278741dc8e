"""How plans and calendars are said: promises with what they count (contract.md T11), keys, faults."""

from collections.abc import Sequence

from babel.dates import get_day_names

from controller.words.catalogue import Translator
from controller.words.clocks import CHANNELS, CLOCKS, N_
from controller.words.formats import promise as span
from controller.words.formats import ratio

ALWAYS = "24x7"
STANDINGS = {"in_force": N_("In force"), "coming": N_("To come"), "past": N_("Past")}
SEVERITIES = {"critical": N_("Critical"), "high": N_("High"), "normal": N_("Normal")}
KEYS = {
    "name": N_("Name"),
    "zone": N_("Time zone"),
    "effective_from": N_("In force from"),
    "escalation_origin": N_("Escalation counts from"),
    "severity_change": N_("When the severity changes"),
    "pausable": N_("Clocks that a pause stops"),
    "pause_max": N_("Longest pause"),
    "warn_at": N_("Warnings"),
    "close_after_days": N_("Closed by itself after"),
    "contact_recommended": N_("Contact recommended"),
    "contact_counts": N_("Counts as an answer"),
    "targets.first_response": N_("Target: first response"),
    "targets.escalation_and_update": N_("Target: escalation and updates"),
    "country": N_("Holidays of"),
    "region": N_("Region"),
    "holidays": N_("Own holidays"),
}
CHOICES = {
    "response_or_deadline": N_("the first response, or its deadline if nobody answers"),
    "response": N_("the first response"),
    "fair": N_("raised: the earlier deadline; lowered: counted anew from the beginning"),
    "from_origin": N_("counted anew from the beginning"),
    "restart": N_("counted from the change"),
}
INSTANTS = {
    "monday": N_("Monday morning"),
    "friday": N_("Friday, half past five"),
    "saturday": N_("Saturday noon"),
    "night": N_("At night"),
    "eve": N_("The eve of a holiday"),
}
# Keys of clocks in a plan -> what the verdicts call them.
_CLOCKS = {"update_every": "update"}

REFUSALS = (
    N_("must be a table of keys and values"),
    N_("unknown key"),
    N_("Known here: {names}"),
    N_("must be text of 1 to 255 characters"),
    N_("{value} is not known"),
    N_("One of {names}"),
    N_("Any of {names}"),
    N_("must be a list of names"),
    N_("must be a number"),
    N_("must be from {least} to {most}, not {value}"),
    N_("Use an IANA name such as America/Mexico_City"),
    N_("must be a list of dates"),
    N_("no holidays are known for {country}"),
    N_("Use a two-letter country code, or list own dates in holidays"),
    N_("no region {region} is known for {country}"),
    N_("{value} is not a date"),
    N_("Write YYYY-MM-DD"),
    N_("must be a list of intervals"),
    N_('Such as [["09:00", "18:00"]]'),
    N_("{value} is not an interval of a day"),
    N_('Write ["HH:MM", "HH:MM"]; 24:00 is allowed as an end'),
    N_("the calendar never opens"),
    N_("the calendar {name} never opens"),
    N_("Give at least one open interval"),
    N_("{name} is taken: it is always open"),
    N_("begins or ends with a space, or holds a control character"),
    N_("Choose another name"),
    N_("must hold at least one severity"),
    N_("Add a table {name}"),
    N_("every severity promises a first response"),
    N_("incidents may have this severity"),
    N_("incidents of this severity happened in that time"),
    N_("a severity's name is lower-case letters, digits, - and _, at most 64"),
    N_("level 3 ({third}) is before level 2 ({second})"),
    N_("Let level 3 come at the same time or later"),
    N_("{value} is negative"),
    N_("{value} is not a duration above zero"),
    N_('Write "30m", "4h" or "2d"'),
    N_("there is no calendar {name} at that time"),
    N_("there is no calendar {name}"),
    N_("must be a calendar's name"),
    N_("Such as {value}"),
    N_("must be an instant with an offset"),
    N_("{instant} is in the past"),
    N_("What was promised stays: choose a time to come"),
    N_("the year {year} is beyond what we keep"),
    N_("Use a year up to {year}"),
    N_("another version begins at that time"),
    N_("Let each version begin at its own instant"),
    N_("must be a list of fractions"),
    N_("a warning comes after the start and before the deadline"),
    N_("Use fractions above 0 and below 1"),
    N_("{value} is not a whole number from 1 to 365"),
    N_("is not TOML: {error}"),
    N_("version {version} is in force: what was promised stays; add a new version"),
    N_("the plan of {version} relies on this calendar; withdraw that plan first"),
    N_("there is no version {name}"),
    N_("there is no plan version {name}"),
    N_("there is no calendar version {name}"),
    N_("several versions begin on {name}; give the time as well"),
)
"""What the room says in English, as the msgids of the catalogue."""


def clock(words: Translator, key: str) -> str:
    """By the plan's key: "customer update" for `update_every`."""
    return words._(CLOCKS.get(_CLOCKS.get(key, key), key))


def severity(words: Translator, name: str) -> str:
    return words._(SEVERITIES.get(name, name))


def standing(words: Translator, name: str) -> str:
    return words._(STANDINGS.get(name, name))


def instant(words: Translator, kind: str) -> str:
    return words._(INSTANTS.get(kind, kind))


def counted(words: Translator, written: str, calendar: str) -> str:
    """What a promise counts (T11): "day and night", "open time of office", "open days of office"."""
    if not written:
        return ""
    is_days = written.endswith("d")
    if calendar == ALWAYS:
        return words._("24 hours each") if is_days else words._("day and night")
    if is_days:
        return words._("open days of {calendar}", calendar=calendar)
    return words._("open time of {calendar}", calendar=calendar)


def promise(words: Translator, written: str) -> str:
    """ "30 min", "2 days"; "–" where nothing is promised."""
    if written.endswith("d") and written[:-1].isdigit():
        return words.ngettext("{count} day", "{count} days", int(written[:-1]))
    return span(written) if written else "–"


def key(words: Translator, path: str) -> str:
    """A key path as people read it: "Critical: first response"."""
    first, _, rest = path.partition(".")
    if path in KEYS:
        return words._(KEYS[path])
    if first == "severity":
        name, _, inner = rest.partition(".")
        said = words._(KEYS[inner]) if inner in KEYS else clock(words, inner)
        return f"{severity(words, name)}: {said[:1].lower()}{said[1:]}"
    if first == "hours":
        return words._("Hours of: {clock}", clock=clock(words, rest))
    if first == "weekly":
        return day(words, rest)
    return path


def value(words: Translator, path: str, written: str) -> str:
    """What stands there, as people read it."""
    last = path.rpartition(".")[2]
    if not written:
        return words._("nothing") if last != "contact_counts" else words._("every channel")
    if path.startswith("severity.") and last in ("contact_recommended", "contact_counts"):
        return ", ".join(words._(CHANNELS.get(one, one)) for one in written.split(", "))
    if path.startswith("severity.") or path == "pause_max":
        return promise(words, written)
    if path.startswith("targets."):
        return ratio(float(written), words.language)
    if path == "warn_at":
        return ", ".join(ratio(float(one), words.language) for one in written.split(", "))
    if path == "pausable":
        return ", ".join(clock(words, one) for one in written.split(", "))
    if path == "close_after_days":
        return words.ngettext("{count} day", "{count} days", int(written))
    if path in ("escalation_origin", "severity_change"):
        return words._(CHOICES.get(written, written))
    return written


def day(words: Translator, name: str) -> str:
    """ "Monday" for mon."""
    names = get_day_names("wide", locale=words.language)
    said = str(names[("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(name)])
    return said[:1].upper() + said[1:]


def days_short(words: Translator) -> list[str]:
    """Seven, from Monday: "lun", "mar", ..."""
    names = get_day_names("abbreviated", locale=words.language)
    return [str(names[number]) for number in range(7)]


def week(words: Translator, hours: Sequence[str]) -> str:
    """Seven days' hours as one sentence: "lun: 09:00–14:00; mar–vie: 09:00–18:00"."""
    names = days_short(words)
    parts: list[str] = []
    start = 0
    for number in range(1, 8):
        if number < 7 and hours[number] == hours[start]:
            continue
        if hours[start]:
            last = number - 1
            span_ = names[start] if last == start else f"{names[start]}–{names[last]}"
            parts.append(f"{span_}: {hours[start]}")
        start = number
    return "; ".join(parts)
