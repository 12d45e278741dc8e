"""An incident's story in sentences: each entry of its timeline, and each step of a clock's proof."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from controller.words import clocks, formats, pulls, reproductions, rules, sights
from controller.words.catalogue import Translator
from controller.words.clocks import N_
from evidence.rate import Rate


class Told(Protocol):
    """What a sentence is made of: an entry of a timeline."""

    @property
    def kind(self) -> Enum: ...
    @property
    def at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def actor_kind(self) -> Enum: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def auto(self) -> bool: ...
    @property
    def severity(self) -> str | None: ...
    @property
    def level(self) -> int | None: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def facts(self) -> Mapping[str, str]: ...


def sentence(words: Translator, entry: Told, zone: str, machine: str = "") -> str:
    """One line without a full stop and without the body. Text from outside is cleaned, not escaped."""
    made = _ENTRIES.get(str(entry.kind.value))
    said = made(words, entry, zone, machine) if made else str(entry.kind.value)
    if "backdated" in entry.facts:
        at = formats.instant(entry.recorded_at, words.language, zone)
        said += " " + words._("(written down {at}: {reason})", at=at, reason=_reason(words, entry))
    return said


def proof_sentence(words: Translator, kind: str, at: datetime, facts: Mapping[str, object], zone: str) -> str:
    """One step of `Clock.why`: started, stopped, retargeted, due, decided, breached."""
    shown = {name: _fact(words, name, value, zone) for name, value in facts.items()}
    template = _PROOF.get(kind)
    if template is None:
        return kind
    if kind == "retargeted":
        template = _RETARGETED.get(str(facts.get("choice")), template)
    if kind == "due" and not facts.get("stopped"):
        template = _DUE_AT_ONCE
    return words._(template, at=formats.instant(at, words.language, zone), **shown)


def actor(words: Translator, entry: Told) -> str:
    """Who did it, as a reader calls them."""
    kind = str(entry.actor_kind.value)
    if kind == "engine":
        return words._("the contract's clock")
    if kind == "system":
        return words._("Vigía")
    return rules.cleaned(entry.actor_name)


_Made = Callable[[Translator, Told, str, str], str]


def reason(words: Translator, text: str | None) -> str:
    """A reason as people read it: ours in their language, a person's as it was written, in a line."""
    return words._(_REASONS[text]) if text in _REASONS else rules.cleaned(text or "")


def _reason(words: Translator, entry: Told) -> str:
    return reason(words, entry.reason)


def _opened(w: Translator, e: Told, _zone: str, machine: str) -> str:
    severity = w._(e.severity or "")
    if "refers_to" in e.facts:
        return w._("{actor} opened it as {severity}; it takes up {case}, which is closed", actor=actor(w, e),
                   severity=severity, case=rules.cleaned(e.facts["refers_to"]))  # fmt: skip
    if "rule" not in e.facts:
        return w._("{actor} opened it as {severity}", actor=actor(w, e), severity=severity)
    title = rules.title(w, e.facts["rule"], e.facts.get("object", ""), e.facts, machine, prefix="fact.")
    told = w._("{actor} reported: {title}; opened as {severity}", actor=actor(w, e), title=title,
               severity=severity)  # fmt: skip
    return told + rules.cause(w, e.facts)


def _by_channel(with_channel: str, without: str) -> _Made:
    def made(w: Translator, e: Told, _zone: str, _machine: str) -> str:
        if e.channel:
            return w._(with_channel, actor=actor(w, e), channel=clocks.channel(w, e.channel))
        return w._(without, actor=actor(w, e))

    return made


def _about_problem(message: str) -> _Made:
    return lambda w, e, _zone, _machine: w._(
        message, actor=actor(w, e), problem=rules.cleaned(e.facts.get("problem", ""))
    )


_SOLUTION = N_("{actor} sent the customer the solution of {problem}")


def _updated(w: Translator, e: Told, zone: str, machine: str) -> str:
    if "problem" in e.facts:
        return _about_problem(_SOLUTION)(w, e, zone, machine)
    made = _by_channel(N_("{actor} gave the customer news {channel}"), N_("{actor} gave the customer news"))
    return made(w, e, zone, machine)


def _plain(message: str) -> _Made:
    return lambda w, e, _zone, _machine: w._(message, actor=actor(w, e))


def _with_reason(message: str) -> _Made:
    def made(w: Translator, e: Told, _zone: str, _machine: str) -> str:
        said = w._(message, actor=actor(w, e))
        return f"{said}: {_reason(w, e)}" if e.reason else said

    return made


def _severity_changed(w: Translator, e: Told, _zone: str, _machine: str) -> str:
    return w._(
        "{actor} changed the severity from {before} to {severity}: {reason}",
        actor=actor(w, e),
        before=w._(e.facts.get("before", "")),
        severity=w._(e.severity or ""),
        reason=_reason(w, e),
    )


def _escalated(w: Translator, e: Told, zone: str, _machine: str) -> str:
    if str(e.actor_kind.value) != "engine":
        return w._("{actor} escalated it to level {level}: {reason}", actor=actor(w, e), level=e.level,
                   reason=_reason(w, e))  # fmt: skip
    if "controller_late" in e.facts:
        return w._("the contract's clock escalated it to level {level}, late: due {due}, acted {acted}",
                   level=e.level, due=_at(w, e, "due", zone), acted=_at(w, e, "acted_at", zone))  # fmt: skip
    return w._("the contract's clock escalated it to level {level}", level=e.level)


def _warned(w: Translator, e: Told, zone: str, _machine: str) -> str:
    return w._(
        "warning: {used} of the time for the {clock} is used up, due {due}",
        used=formats.ratio(float(e.facts.get("fraction", "0")), w.language),
        clock=clocks.clock(w, e.facts.get("clock", "")),
        due=_at(w, e, "due", zone),
    )


def _breached(w: Translator, e: Told, zone: str, _machine: str) -> str:
    clock = clocks.clock(w, e.facts.get("clock", ""))
    if "controller_late" in e.facts:
        return w._("missed: {clock}; noticed late, {acted}", clock=clock, acted=_at(w, e, "acted_at", zone))
    return w._("missed: {clock}", clock=clock)


def _counted(message: str) -> _Made:
    return lambda w, e, _zone, _machine: w._(message, actor=actor(w, e), count=e.facts.get("count", "1"))


def _evidence(w: Translator, e: Told, _zone: str, _machine: str) -> str:
    size = formats.size(float(e.facts.get("size_bytes", "0")), w.language)
    return w._("{actor} sent evidence ({size})", actor=actor(w, e), size=size)


def _attempts(w: Translator, e: Told, _zone: str, _machine: str) -> str:
    recipe, bench = (reproductions.name(w, e.facts.get(name, "")) for name in ("recipe", "bench"))
    if e.facts.get("recipe") in reproductions.BY_HAND:
        return _by_hand(w, e, bench)
    if "reason" in e.facts:
        return w._("{actor} tried {recipe} on {bench}: inconclusive, {reason}", actor=actor(w, e),
                   recipe=recipe, bench=bench,
                   reason=sights.told(w, rules.cleaned(e.facts["reason"])))  # fmt: skip
    rate = Rate(int(e.facts.get("reproduced", "0")), int(e.facts.get("tried", "0")))
    low, high = (formats.ratio(end, w.language) for end in rate.interval)
    return w._("{actor} tried {recipe} on {bench}: reproduced {seen} of {tried} times ({low} to {high})",
               actor=actor(w, e), recipe=recipe, bench=bench, seen=rate.seen, tried=rate.tried, low=low,
               high=high)  # fmt: skip


def _by_hand(w: Translator, e: Told, bench: str) -> str:
    """One attempt that was given no name of its own."""
    if "reason" in e.facts:
        return w._("{actor} tried it ({bench}): inconclusive, {reason}", actor=actor(w, e), bench=bench,
                   reason=sights.told(w, rules.cleaned(e.facts["reason"])))  # fmt: skip
    verdict = "not_reproduced" if e.facts.get("reproduced", "0") == "0" else "reproduced"
    return w._("{actor} tried it ({bench}): {verdict}", actor=actor(w, e), bench=bench,
               verdict=reproductions.verdict(w, verdict))  # fmt: skip


def _request(w: Translator, e: Told, _zone: str, _machine: str) -> str:
    return w._("{actor} registered {request} from it: {title}", actor=actor(w, e),
               request=e.facts.get("request", ""), title=rules.cleaned(e.facts.get("title", "")))  # fmt: skip


def _pull(message: str) -> _Made:
    def made(w: Translator, e: Told, _zone: str, _machine: str) -> str:
        return w._(
            message,
            actor=actor(w, e),
            machine=rules.cleaned(e.facts.get("machine", "")),
            profile=rules.cleaned(e.facts.get("profile", "")),
            reason=pulls.reason(w, e.facts.get("reason", ""), e.facts.get("detail", "")),
        )

    return made


def _owner(w: Translator, e: Told, _zone: str, _machine: str) -> str:
    if not e.facts.get("owner_id"):
        return w._("{actor} left it without an owner", actor=actor(w, e))
    if owner := e.facts.get("owner_name"):
        return w._("{actor} gave it to {owner}", actor=actor(w, e), owner=rules.cleaned(owner))
    return w._("{actor} took it", actor=actor(w, e))


def _notice(w: Translator, e: Told, zone: str, _machine: str) -> str:
    said = w._("told: {names}", names=rules.cleaned(e.facts.get("told", "")))
    if "acknowledge_by" in e.facts:
        said += w._("; to be acknowledged by {at}", at=_at(w, e, "acknowledge_by", zone))
    return said


def _unacknowledged(w: Translator, e: Told, zone: str, _machine: str) -> str:
    asked, told = (rules.cleaned(e.facts.get(name, "")) for name in ("asked", "told"))
    said = w._("not acknowledged since {since} by {names}", since=_at(w, e, "since", zone), names=asked)
    said += w._("; told now: {names}", names=told) if told else w._("; nobody is left to tell")
    if "controller_late" in e.facts:
        said += " " + w._("(due {due}, acted {acted})", due=_at(w, e, "due", zone),
                          acted=_at(w, e, "acted_at", zone))  # fmt: skip
    return said


def _at(w: Translator, e: Told, name: str, zone: str) -> str:
    value = e.facts.get(name)
    return formats.instant(datetime.fromisoformat(value), w.language, zone) if value else "–"


def _opened_again(w: Translator, e: Told, zone: str, machine: str) -> str:
    if e.facts.get("cause") == "unmerged":
        return w._("{actor} took it apart from {case} again: {reason}", actor=actor(w, e),
                   case=rules.cleaned(e.facts.get("from", "")), reason=_reason(w, e))  # fmt: skip
    return _with_reason(N_("{actor} opened it again"))(w, e, zone, machine)


def _closed(w: Translator, e: Told, zone: str, machine: str) -> str:
    if "into" in e.facts:
        return w._("{actor} merged it into {case}, which goes on for both", actor=actor(w, e),
                   case=rules.cleaned(e.facts["into"]))  # fmt: skip
    return _with_reason(N_("{actor} closed it"))(w, e, zone, machine)


def _about_case(message: str) -> _Made:
    return lambda w, e, _zone, _machine: w._(
        message, actor=actor(w, e), case=rules.cleaned(e.facts.get("case", ""))
    )


def _paused(w: Translator, e: Told, zone: str, machine: str) -> str:
    if "until" not in e.facts:
        return _with_reason(N_("{actor} paused the clocks that may be paused"))(w, e, zone, machine)
    return w._("{actor} paused the clocks that may be paused, until {until} at the latest: {reason}",
               actor=actor(w, e), until=_at(w, e, "until", zone), reason=_reason(w, e))  # fmt: skip


def _resumed(w: Translator, e: Told, zone: str, machine: str) -> str:
    said = _with_reason(N_("{actor} let the clocks run again"))(w, e, zone, machine)
    if "controller_late" not in e.facts:
        return said
    return said + " " + w._("(written down late, {acted})", acted=_at(w, e, "acted_at", zone))


_REASONS = {
    "waiting_for_customer": N_("we wait for the customer’s answer"),
    "waiting_for_consent": N_("we wait for the customer’s consent"),
    "waiting_for_third_party": N_("we wait for somebody else, whom it depends on"),
    "waiting_for_part": N_("we wait for a spare part"),
    "waiting_for_appointment": N_("we wait for the day agreed with the customer"),
    "pause_over": N_("the longest wait is over"),
    "customer_answered": N_("the customer has answered"),
    "pause_ended": N_("there is nothing left to wait for"),
    "finding": N_("the machine reports that it got worse"),
    "symptom_returned": N_("the symptom returned"),
    "symptom_cleared": N_("the symptom stayed away for 15 minutes"),
    "confirmed_by_customer": N_("the customer says that it works"),
    "customer_says_no": N_("the customer says that it does not work yet"),
    "customer_silent": N_("the customer was told and did not object"),
    "own_ended": N_("what it was about is over"),
    "timer_released": N_("the timer was released and acts again"),
}
_ENTRIES: Mapping[str, _Made] = {
    "opened": _opened,
    "reopened": _opened_again,
    "responded": _by_channel(
        N_("{actor} answered the customer {channel}"), N_("{actor} answered the customer")
    ),
    "updated_customer": _updated,
    "severity_changed": _severity_changed,
    "escalated": _escalated,
    "paused": _paused,
    "resumed": _resumed,
    "resolved": _with_reason(N_("{actor} resolved it")),
    "closed": _closed,
    "duplicate_joined": _about_case(N_("{actor} merged {case} into it: both go on here")),
    "duplicate_left": _about_case(N_("{actor} took {case} apart from it again")),
    "followed": _about_case(N_("{actor} came back to it after the time for that: {case} goes on")),
    "note": _plain(N_("{actor} noted")),
    "customer_message": _plain(N_("{actor} wrote to us")),
    "request_joined": _request,
    "finding_joined": _counted(N_("{actor} reported it again (seen {count} times)")),
    "symptom_cleared": _plain(N_("the symptom ended, says {actor}")),
    "symptom_returned": _counted(N_("the symptom returned, says {actor} (seen {count} times)")),
    "evidence_attached": _evidence,
    "evidence_refused": _pull(N_("{machine} sent evidence, which was not kept: {reason}")),
    "attempts_recorded": _attempts,
    "owner_changed": _owner,
    "warned": _warned,
    "breached": _breached,
    "notice_queued": _notice,
    "acknowledged": _plain(N_("{actor} acknowledged it")),
    "unacknowledged": _unacknowledged,
    "pull_asked": _pull(N_("{actor} asked {machine} for diagnostics (profile {profile})")),
    "pull_refused": _pull(N_("{machine} refused to give diagnostics: {reason}")),
    "pull_failed": _pull(N_("the diagnostics of {machine} came to nothing: {reason}")),
    "pull_expired": _pull(N_("the request for diagnostics of {machine} expired: {reason}")),
    "problem_linked": _about_problem(N_("{actor} linked it to {problem}")),
    "problem_unlinked": _about_problem(N_("{actor} took the link to {problem} away")),
    "solution_sent": _about_problem(_SOLUTION),
}

_DUE_AT_ONCE = N_("due {at}: {promise} ({severity}) from {from}, hours: {zone}")
_PROOF = {
    "started": N_("started {at}, by: {by}"),
    "stopped": N_("stood still from {at} to {until} ({open} of open time), until: {by}"),
    "retargeted": N_("severity {severity} from {at} on: due {before} becomes {after}"),
    "due": N_("due {at}: {promise} ({severity}) from {from} and {stopped} that did not count, hours: {zone}"),
    "decided": N_("{state} {at}, by: {by}"),
    "breached": N_("missed {at}"),
}
_RETARGETED = {
    "kept": N_("severity {severity} from {at} on: the earlier due {before} stays"),
    "restarted": N_(
        "severity {severity} from {at} on: the new time starts then, due {before} becomes {after}"
    ),
}
_BY = {
    "opened": N_("the opening"),
    "reopened": N_("the reopening"),
    "responded": N_("the first answer"),
    "updated_customer": N_("news for the customer"),
    "escalated": N_("the escalation"),
    "engine": N_("the contract's clock"),
    "resolved": N_("the resolution"),
    "closed": N_("the closing"),
    "first_response_deadline": N_("the deadline of the first response"),
    "update_deadline": N_("the deadline of the customer update"),
    "resumed": N_("the end of the pause"),
    "pause_max": N_("the longest pause allowed"),
}


def _fact(words: Translator, name: str, value: object, zone: str) -> str:
    if isinstance(value, datetime):
        return formats.instant(value, words.language, zone)
    if isinstance(value, timedelta):
        return formats.duration(value)
    if value is None:
        return "–"
    if name == "by":
        return words._(_BY.get(str(value), str(value)))
    if name == "state":
        return clocks.clock_state(words, str(value))
    if name == "severity":
        return words._(str(value))
    if name == "promise":
        return formats.promise(str(value))
    if name == "zone" and value == "24x7":
        return words._("around the clock")
    return str(value)
