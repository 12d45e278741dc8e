"""The texts of notices, in both languages: plain text, one template for each occasion and audience.

Facts come in as text, instants in ISO 8601, a finding's own facts with the prefix `fact.`. What people wrote
(`body`) and the hand-over packet (`handover`) go in as they are: the channel sees to its own escaping.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.words import clocks, formats, rules
from controller.words.catalogue import Translator, translator

LATE_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Written:
    subject: str
    body: str


class _Facts:
    """Facts as one reader sees them."""

    def __init__(self, words: Translator, zone: str, facts: Mapping[str, str]) -> None:
        self.words = words
        self._zone = zone
        self._facts = facts

    def __getitem__(self, name: str) -> str:
        return self._facts.get(name, "")

    def line(self, name: str) -> str:
        """For the inside of a sentence: one line, no control characters."""
        return rules.cleaned(self[name])

    def at(self, name: str) -> str:
        value = self._facts.get(name)
        return (
            formats.instant(datetime.fromisoformat(value), self.words.language, self._zone) if value else ""
        )

    def between(self, earlier: str, later: str) -> timedelta:
        start, end = self._facts.get(earlier), self._facts.get(later)
        if not start or not end:
            return timedelta(0)
        return datetime.fromisoformat(end) - datetime.fromisoformat(start)

    @property
    def title(self) -> str:
        if not self["rule"]:
            return self.line("summary")
        own = {name[5:]: value for name, value in self._facts.items() if name.startswith("fact.")}
        return rules.title(self.words, self["rule"], self["object"], own, self["machine"])


def render(template: str, language: str, zone: str, facts: Mapping[str, str]) -> Written:
    """The notice in that language, times in that zone. Raises KeyError for a template that is not here."""
    known = _Facts(translator(language), zone, facts)
    subject, paragraphs = _TEMPLATES[template](known)
    body = "\n\n".join(part for part in paragraphs if part)
    return Written(f"[{known['reference']}] {subject}", body + "\n")


_Parts = tuple[str, list[str]]


def _about(f: _Facts) -> str:
    w = f.words
    rows = [
        (w._("Incident"), f["reference"]),
        (w._("What"), f.title),
        (w._("Customer"), f.line("customer")),
        (w._("Machine"), f.line("machine")),
        (w._("Severity"), w._(f["severity"])),
        (w._("Level"), f["level"]),
        (w._("Since"), f.at("began_at")),
        (w._("Opened"), f.at("opened_at")),
    ]
    return "\n".join(f"{name}: {value}" for name, value in rows if value)


def _remedy(f: _Facts) -> str:
    steps = rules.remedy(f.words, f["rule"]) if f["rule"] else ()
    if not steps:
        return ""
    return "\n".join([f.words._("What to do now:"), *(f"{n}. {step}" for n, step in enumerate(steps, 1))])


def _lateness(f: _Facts) -> str:
    """After a time in which this controller was away, what it does late says so."""
    if f.between("due", "acted_at") <= LATE_AFTER:
        return ""
    return f.words._(
        "Due {due}, acted {acted}: the controller was late.", due=f.at("due"), acted=f.at("acted_at")
    )


def _opened_staff(f: _Facts) -> _Parts:
    w = f.words
    due = w._("First response due: {due}", due=f.at("due")) if f["due"] else ""
    subject = w._("{severity}: {title} ({customer})", severity=w._(f["severity"]), title=f.title,
                  customer=f.line("customer"))  # fmt: skip
    return subject, [_about(f), due, _remedy(f)]


def _opened_contact(f: _Facts) -> _Parts:
    w = f.words
    promise = w._("A person will answer you by {due} at the latest.", due=f.at("due")) if f["due"] else ""
    return w._("We are on it: {title}", title=f.title), [
        w._("Hello {name},", name=f.line("recipient")),
        w._("we have noticed by ourselves: {title}.", title=f.title),
        _about_customer(f),
        promise,
        w._("This message was sent automatically when the incident was opened."),
    ]


def _about_customer(f: _Facts) -> str:
    w = f.words
    rows = [
        (w._("Incident"), f["reference"]),
        (w._("Machine"), f.line("machine")),
        (w._("Severity"), w._(f["severity"])),
        (w._("Opened"), f.at("opened_at")),
    ]
    return "\n".join(f"{name}: {value}" for name, value in rows if value)


def _warned(f: _Facts) -> _Parts:
    w = f.words
    left = formats.duration(f.between("acted_at", "due"))
    clock = clocks.clock(w, f["clock"])
    return w._("{left} left for the {clock}: {title}", left=left, clock=clock, title=f.title), [
        w._("The {clock} is due {due}; {left} are left.", clock=clock, due=f.at("due"), left=left),
        _about(f),
        _remedy(f),
    ]


def _breached(f: _Facts) -> _Parts:
    w = f.words
    clock = clocks.clock(w, f["clock"])
    return w._("Missed: {clock} – {title}", clock=clock, title=f.title), [
        w._("The {clock} was due {due} and was not made in time.", clock=clock, due=f.at("due")),
        _lateness(f),
        _about(f),
        _remedy(f),
    ]


def _escalated(f: _Facts) -> _Parts:
    w = f.words
    if f["by_engine"]:
        why = w._("The contract's clock brought it to level {level}.", level=f["level"])
    else:
        why = w._("{actor} brought it to level {level}: {reason}", actor=f.line("actor"), level=f["level"],
                  reason=f["reason"])  # fmt: skip
    return w._("Now at level {level}: {title}", level=f["level"], title=f.title), [
        why,
        _lateness(f),
        _about(f),
        _remedy(f),
        w._("What has happened so far:") + "\n" + f["handover"] if f["handover"] else "",
    ]


def _cleared(f: _Facts) -> _Parts:
    w = f.words
    return w._("Recovered: {title}", title=f.title), [
        w._("The symptom ended {at}. The incident stays open for a person.", at=f.at("at")),
        _about(f),
    ]


def _returned(f: _Facts) -> _Parts:
    w = f.words
    seen = w.ngettext("Seen {count} time so far.", "Seen {count} times so far.", int(f["count"] or 1))
    return w._("Back again: {title}", title=f.title), [
        w._("The symptom returned {at}.", at=f.at("at")), seen, _about(f), _remedy(f),
    ]  # fmt: skip


def _severity_changed(f: _Facts) -> _Parts:
    w = f.words
    return w._("Now {severity}: {title}", severity=w._(f["severity"]), title=f.title), [
        w._(
            "The severity went from {before} to {severity}.",
            before=w._(f["before"]),
            severity=w._(f["severity"]),
        ),
        _about(f),
    ]


def _reopened_staff(f: _Facts) -> _Parts:
    w = f.words
    return w._("Open again: {title}", title=f.title), [
        w._("It was opened again {at}.", at=f.at("at")),
        _about(f),
    ]


def _said(subject: Callable[[_Facts], str]) -> Callable[[_Facts], _Parts]:
    """A person's own words to the customer, under a subject."""

    def made(f: _Facts) -> _Parts:
        w = f.words
        signed = w._("{actor}, support", actor=f.line("actor")) if f["by_person"] else ""
        return subject(f), [
            w._("Hello {name},", name=f.line("recipient")), f["body"], signed, _about_customer(f),
        ]  # fmt: skip

    return made


def _subject(message: str) -> Callable[[_Facts], str]:
    return lambda f: f.words._(message, title=f.title)


_TEMPLATES: Mapping[str, Callable[[_Facts], _Parts]] = {
    "opened_staff": _opened_staff,
    "opened_contact": _opened_contact,
    "warned": _warned,
    "breached": _breached,
    "escalated": _escalated,
    "cleared": _cleared,
    "returned": _returned,
    "severity_changed": _severity_changed,
    "reopened_staff": _reopened_staff,
    "responded_contact": _said(_subject(clocks.N_("Our answer: {title}"))),
    "updated_contact": _said(_subject(clocks.N_("News: {title}"))),
    "resolved_contact": _said(_subject(clocks.N_("Resolved: {title}"))),
    "closed_contact": _said(_subject(clocks.N_("Closed: {title}"))),
}
TEMPLATES = tuple(_TEMPLATES)
