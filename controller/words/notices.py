"""The texts of notices, in both languages: plain text, one template for each occasion and audience.

Facts come in as text, instants in ISO 8601, a finding's own facts with the prefix `fact.`. What people wrote
(`body`) and the hand-over packet (`handover`) go in as they are: the channel sees to its own escaping.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property, lru_cache

from controller.words import clocks, formats, pulls, rules, waits
from controller.words.catalogue import Translator, translator
from controller.words.story import reason

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
    def own_body(self) -> str:
        """What somebody wrote, and not the reason that stands for it where nobody did."""
        return "" if self["body"] == self["reason"] else self["body"]

    @cached_property
    def title(self) -> str:
        if not self["rule"]:
            return self.line("summary")
        return rules.title(
            self.words, self["rule"], self["object"], self._facts, self["machine"], prefix="fact."
        )


def render(template: str, language: str, zone: str, facts: Mapping[str, str]) -> Written:
    """The notice in that language, times in that zone. Raises KeyError for a template that is not here."""
    known = _Facts(translator(language), zone, facts)
    subject, paragraphs = _TEMPLATES[template](known)
    body = "\n\n".join(part for part in paragraphs if part)
    about = f"[{known['reference']}] " if known["reference"] else ""
    return Written(about + subject, body + "\n")


_Parts = tuple[str, list[str]]


def _about(f: _Facts) -> str:
    values = (
        f["reference"], f.title, f.line("customer"), f.line("machine"), f.words._(f["severity"]), f["level"],
        f.at("began_at"), f.at("opened_at"),
    )  # fmt: skip
    return "\n".join([name + value for name, value in zip(_labels(f.words), values, strict=True) if value])


@cache
def _labels(w: Translator) -> tuple[str, ...]:
    names = (w._("Incident"), w._("What"), w._("Customer"), w._("Machine"), w._("Severity"), w._("Level"))
    return tuple(f"{name}: " for name in (*names, w._("Since"), w._("Opened")))


def _remedy(f: _Facts) -> str:
    return _steps(f.words, f["rule"], f["fact.cause"]) if f["rule"] else ""


@lru_cache(maxsize=512)
def _steps(w: Translator, rule: str, cause: str) -> str:
    steps = rules.remedy(w, rule, {"cause": cause})
    if not steps:
        return ""
    return "\n".join([w._("What to do now:"), *(f"{n}. {step}" for n, step in enumerate(steps, 1))])


def _lateness(f: _Facts) -> str:
    """After a time in which this controller was away, what it does late says so."""
    if f.between("due", "acted_at") <= LATE_AFTER:
        return ""
    return f.words._(
        "Due {due}, acted {acted}: the controller was late.", due=f.at("due"), acted=f.at("acted_at")
    )


def _acknowledge(f: _Facts) -> str:
    if not f["acknowledge_by"]:
        return ""
    ask = f.words._(
        "Please acknowledge it by {at}; otherwise the next person is told.", at=f.at("acknowledge_by")
    )
    return f"{ask}\n{f['acknowledge_link']}"


def _unacknowledged(f: _Facts) -> _Parts:
    w = f.words
    return w._("Nobody has acknowledged it: {title}", title=f.title), [
        w._("Told since {since}, and not acknowledged: {names}.", since=f.at("since"), names=f.line("asked")),
        w._("If you look after it, acknowledge it here:") + f"\n{f['acknowledge_link']}",
        _lateness(f),
        _about(f),
        _remedy(f),
    ]


def _opened_staff(f: _Facts) -> _Parts:
    w = f.words
    due = w._("First response due: {due}", due=f.at("due")) if f["due"] else ""
    subject = w._("{severity}: {title} ({customer})", severity=w._(f["severity"]), title=f.title,
                  customer=f.line("customer"))  # fmt: skip
    return subject, [_acknowledge(f), _about(f), due, _remedy(f)]


def _opened_contact(f: _Facts) -> _Parts:
    w = f.words
    promise = w._("A person will answer you by {due} at the latest.", due=f.at("due")) if f["due"] else ""
    by_themselves = w._("we have noticed by ourselves: {title}.", title=f.title)
    asked = w._("we have your request: {title}.", title=f.title)
    return w._("We are on it: {title}", title=f.title), [
        w._("Hello {name},", name=f.line("recipient")),
        by_themselves if f["rule"] else asked,
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
        _acknowledge(f),
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
        _acknowledge(f),
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
        f["body"],
        _acknowledge(f),
        _about(f),
    ]


def _customer_wrote(f: _Facts) -> _Parts:
    w = f.words
    return w._("{actor} writes: {title}", actor=f.line("actor"), title=f.title), [
        w._("{actor} writes:", actor=f.line("actor")), f["body"], _about(f),
    ]  # fmt: skip


def _closed_contact(f: _Facts) -> _Parts:
    w = f.words
    signed = w._("{actor}, support", actor=f.line("actor")) if f["by_person"] else ""
    return w._("Closed: {title}", title=f.title), [
        w._("Hello {name},", name=f.line("recipient")),
        f["body"] or w._("This is closed: {reason}.", reason=reason(w, f["reason"])),
        signed,
        _about_customer(f),
    ]


def _merged_contact(f: _Facts) -> _Parts:
    w = f.words
    signed = w._("{actor}, support", actor=f.line("actor")) if f["by_person"] else ""
    return w._("We go on with this in {case}: {title}", case=f["into"], title=f.title), [
        w._("Hello {name},", name=f.line("recipient")),
        w._("this is the same as {case}, so we go on with both there. What you wrote is not lost, and what "
            "you write to {reference} reaches us in {case}.", case=f["into"], reference=f["reference"]),
        f.own_body,
        signed,
        _about_customer(f),
    ]  # fmt: skip


def _paused_contact(f: _Facts) -> _Parts:
    w = f.words
    until = w._("It goes on by itself {at} at the latest.", at=f.at("until")) if f["until"] else ""
    signed = w._("{actor}, support", actor=f.line("actor")) if f["by_person"] else ""
    return w._("Waiting: {title}", title=f.title), [
        w._("Hello {name},", name=f.line("recipient")),
        f.own_body or waits.sentence(w, f["reason"]),
        until,
        signed,
        _about_customer(f),
    ]


def _resumed_contact(f: _Facts) -> _Parts:
    w = f.words
    return w._("We go on: {title}", title=f.title), [
        w._("Hello {name},", name=f.line("recipient")),
        w._("the wait is over since {at}, and our clocks run again.", at=f.at("at")),
        _about_customer(f),
    ]


def _resumed_staff(f: _Facts) -> _Parts:
    w = f.words
    return w._("The wait is over: {title}", title=f.title), [
        w._("The pause ended by itself {at}; the clocks run again.", at=f.at("due") or f.at("at")),
        _lateness(f),
        _about(f),
    ]


def _mentioned(f: _Facts) -> _Parts:
    w = f.words
    return w._("{actor} names you: {title}", actor=f.line("actor"), title=f.title), [
        w._("{actor} writes in a note:", actor=f.line("actor")), f["body"], f["link"], _about(f),
    ]  # fmt: skip


def _portal_link(f: _Facts) -> _Parts:
    w = f.words
    return w._("Your way into the support portal"), [
        w._("Hello {name},", name=f.line("recipient")),
        w._("this link lets you in, once, within {minutes} minutes:", minutes=f["minutes"]),
        f["link"],
        w._("If you did not ask for it, you need not do anything: without it nobody gets in."),
    ]


def _said(subject: Callable[[_Facts], str]) -> Callable[[_Facts], _Parts]:
    """A person's own words to the customer, under a subject."""

    def made(f: _Facts) -> _Parts:
        w = f.words
        signed = w._("{actor}, support", actor=f.line("actor")) if f["by_person"] else ""
        return subject(f), [
            w._("Hello {name},", name=f.line("recipient")), f["body"], _closing(f), signed,
            _about_customer(f),
        ]  # fmt: skip

    return made


def _closing(f: _Facts) -> str:
    """Of a resolution: what happens when they say nothing."""
    return f.words.ngettext(
        "Please tell us in the portal whether it works. If we hear nothing for {count} day, we close it.",
        "Please tell us in the portal whether it works. If we hear nothing for {count} days, we close it.",
        int(f["days"]),
    ) if f["days"] else ""  # fmt: skip


def _solution_contact(f: _Facts) -> _Parts:
    w = f.words
    if f["incidents"]:
        subject = w._("The solution of your incidents")
        about = w._("It concerns these incidents of yours:") + "\n" + f["incidents"]
    else:
        subject, about = w._("The solution: {title}", title=f.title), _about_customer(f)
    signed = w._("{actor}, support", actor=f.line("actor")) if f["by_person"] else ""
    return subject, [w._("Hello {name},", name=f.line("recipient")), f["body"], signed, about]


def _subject(message: str) -> Callable[[_Facts], str]:
    return lambda f: f.words._(message, title=f.title)


def _pull_ended(f: _Facts) -> _Parts:
    w = f.words
    machine = f.line("machine")
    subject = w._("No diagnostics of {machine}: {state}", machine=machine, state=pulls.state(w, f["state"]))
    return subject, [
        w._("Hello {name},", name=f.line("recipient")),
        w._("you asked {machine} for diagnostics at {at}, for {case}. Nothing comes: {reason}.",
            machine=machine, at=f.at("asked_at"), case=f["reference"],
            reason=pulls.reason(w, f["why"], f["detail"])),
        w._("To try again: vigia pull {machine} --case {case}", machine=machine, case=f["reference"]),
    ]  # fmt: skip


_TEMPLATES: Mapping[str, Callable[[_Facts], _Parts]] = {
    "opened_staff": _opened_staff,
    "opened_contact": _opened_contact,
    "warned": _warned,
    "breached": _breached,
    "escalated": _escalated,
    "unacknowledged": _unacknowledged,
    "cleared": _cleared,
    "returned": _returned,
    "severity_changed": _severity_changed,
    "reopened_staff": _reopened_staff,
    "responded_contact": _said(_subject(clocks.N_("Our answer: {title}"))),
    "updated_contact": _said(_subject(clocks.N_("News: {title}"))),
    "resolved_contact": _said(_subject(clocks.N_("Resolved: {title}"))),
    "solution_contact": _solution_contact,
    "closed_contact": _closed_contact,
    "customer_wrote": _customer_wrote,
    "merged_contact": _merged_contact,
    "paused_contact": _paused_contact,
    "resumed_contact": _resumed_contact,
    "resumed_staff": _resumed_staff,
    "mentioned": _mentioned,
    "portal_link": _portal_link,
    "pull_ended": _pull_ended,
}
TEMPLATES = tuple(_TEMPLATES)
