"""Each verdict from event to open stretch to sum, in words a customer understands; for both sides' pages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.sla.events import Event
from controller.sla.ledger import Explanation, events_of
from controller.sla.proof import Correction, corrections, counted
from controller.sla.state import BREACHED, MET, NOT_STARTED, PENDING, Clock, State, Step
from controller.words import proofs
from controller.words.catalogue import Translator
from controller.words.proofs import Voice

STRETCHES_MOST = 6
"""So many open stretches of a clock are told one by one; of more, those in the middle as a sum."""
WINDOWS_MOST = 4
"""So many of the last update windows are told; of those before, the ones that were missed."""
_TONES = {MET: "done", BREACHED: "late", PENDING: "calm"}
_ANSWERS = frozenset({"responded", "updated_customer", "resolved", "closed"})


@dataclass(frozen=True, slots=True)
class Told:
    """A clock: what it is, how it stands, and why, line by line."""

    label: str
    verdict: str
    tone: str
    lines: tuple[str, ...]


def told(explanation: Explanation, zone: str, words: Translator, voice: Voice) -> tuple[Told, ...]:
    """Clocks in the order of the contract. One that never began has nothing to prove and is left out."""
    state = explanation.state
    events = [event for event in events_of(explanation.entries) if event.at <= state.as_of]
    taken_back = corrections(explanation.plan, explanation.governing.calendars, events, state.as_of)
    return tuple(
        _told(clock, state, events, taken_back, zone, words, voice)
        for clock in _shown(explanation.clocks)
        if clock.state != NOT_STARTED
    )


def _shown(every: Iterable[Clock]) -> Iterator[Clock]:
    every = tuple(every)
    last = max((clock.window for clock in every if clock.name == "update"), default=0)
    for clock in every:
        recent = clock.name != "update" or clock.window > last - WINDOWS_MOST
        if recent or clock.state == BREACHED:
            yield clock


def _told(
    clock: Clock, state: State, events: list[Event], taken_back: tuple[Correction, ...], zone: str,
    words: Translator, voice: Voice,
) -> Told:  # fmt: skip
    found = [line for line in _lines(clock, state, events, zone, words, voice) if line]
    found += [
        proofs.corrected(words, one.breach.at, one.corrected_at, zone)
        for one in taken_back
        if (one.breach.clock, one.breach.window) == (clock.name, clock.window)
    ]
    return Told(
        proofs.label(words, clock.name, clock.window + 1), proofs.verdict(words, clock.state),
        _TONES.get(clock.state, ""), tuple(found),
    )  # fmt: skip


def _lines(
    clock: Clock, state: State, events: list[Event], zone: str, words: Translator, voice: Voice
) -> Iterator[str]:
    if clock.promise is not None:
        hours = "" if clock.calendar.always else clock.calendar.zone
        yield proofs.promised(words, str(clock.promise), clock.severity, hours)
    if clock.origin is not None:
        yield proofs.begun(words, clock.origin, clock.started_by, zone)
    for step in clock.steps:
        yield _step(step, events, zone, words, voice)
    yield from _sums(clock, zone, words)
    if clock.due is not None:
        yield proofs.due(words, clock.due, zone, over=clock.state != PENDING)
    elif clock.state == PENDING and state.paused_since is not None:
        why = _pause_of(events, state.paused_since)
        yield proofs.stopped(words, voice, state.paused_since, None, timedelta(0), why, zone)
    yield proofs.outcome(words, clock.state, clock.due, _came(clock, state, events), state.as_of, zone)


def _sums(clock: Clock, zone: str, words: Translator) -> Iterator[str]:
    """Around the clock without a stop there is one stretch, and the promise says it already."""
    parts = counted(clock)
    if len(parts) < 2 and clock.calendar.always:
        return
    half = STRETCHES_MOST // 2
    for place, part in enumerate(parts):
        if len(parts) > STRETCHES_MOST and half <= place < len(parts) - half:
            if place == half:
                middle = parts[half : len(parts) - half]
                length = sum((one.end - one.start for one in middle), timedelta(0))
                yield proofs.left_out(words, len(middle), length)
            continue
        yield proofs.stretch(words, part.start, part.end, part.total, zone)


def _step(step: Step, events: list[Event], zone: str, words: Translator, voice: Voice) -> str:
    facts = step.facts
    if step.kind == "stopped":
        until, length = facts.get("until"), facts.get("open")
        why = "reopened" if facts.get("by") == "reopened" else _pause_of(events, step.at)
        return proofs.stopped(
            words, voice, step.at, until if isinstance(until, datetime) else None,
            length if isinstance(length, timedelta) else timedelta(0), why, zone,
        )  # fmt: skip
    if step.kind == "retargeted":
        before, after = facts.get("before"), facts.get("after")
        return proofs.changed(
            words, step.at, str(facts.get("severity")), before if isinstance(before, datetime) else None,
            after if isinstance(after, datetime) else None, zone,
        )  # fmt: skip
    return ""


def _pause_of(events: list[Event], at: datetime) -> str:
    """Why it was paused: the last word about it by then."""
    known = [event for event in events if event.kind == "paused" and event.at <= at]
    return (max(known, key=lambda event: event.at).reason or "") if known else ""


def _came(clock: Clock, state: State, events: list[Event]) -> datetime | None:
    """When what was promised happened, in time or late."""
    if clock.state == MET:
        return clock.decided_at
    if clock.state != BREACHED or clock.due is None:
        return None
    if clock.name == "first_response":
        return state.answered_at
    if clock.name == "update":
        following = [window.origin for window in state.updates if window.window == clock.window + 1]
        ended = [event.at for event in events if event.kind in _ANSWERS and not event.auto]
        after = [at for at in (*following, *ended) if at is not None and at > clock.due]
        return min(after, default=None)
    level = int(clock.name[-1]) if clock.name[-1].isdigit() else 0
    reached = [e.at for e in events if e.kind == "escalated" and level and (e.level or 0) >= level]
    ended = [event.at for event in events if event.kind in ("resolved", "closed")]
    return min((at for at in (reached or ended) if at >= clock.due), default=None)
