"""What we owe a customer now, as one sentence that they understand without knowing any contract."""

from dataclasses import dataclass
from datetime import datetime

from controller.incidents.pauses.pause import Awaited, Pause
from controller.sla.state import BREACHED, PENDING, Clock, State
from controller.words import formats, waits
from controller.words.catalogue import Translator


@dataclass(frozen=True, slots=True)
class Promise:
    """`tone`: calm, late (we are behind), soon (it is their turn) or done."""

    text: str
    tone: str


def promise(
    state: State, words: Translator, zone: str, closes_at: datetime | None, pause: Pause | None = None
) -> Promise:
    """`closes_at`: when a resolved incident is closed if they say nothing. `pause`: what it waits for."""
    _ = words._
    if state.status == "closed":
        return Promise(_("Closed."), "done")
    if state.status == "resolved":
        asked = _("We think this is solved. Please tell us whether it works.")
        if closes_at is not None:
            asked += " " + _(
                "If we hear nothing from you, we close it {day}.",
                day=moment(closes_at, state, words, zone),
            )
        return Promise(asked, "soon")
    if pause is not None and state.status == "open":
        return _waiting(pause, state, words, zone)
    if state.answered_at is None:
        return _owed(
            state.clocks.get("first_response"), state, words, zone,
            _("A person will answer you {at} at the latest."),
            _("We have owed you an answer since {at}. Those who can hurry it know."),
        )  # fmt: skip
    return _owed(
        state.updates[-1] if state.updates else None, state, words, zone,
        _("You will hear from us again {at} at the latest."),
        _("We have owed you news since {at}. Those who can hurry it know."),
    )  # fmt: skip


def merged_promise(reference: str, words: Translator) -> Promise:
    """`reference`: of the one that goes on for both."""
    return Promise(
        words._("It is the same as {case}: we go on with both there", case=reference) + ".", "calm"
    )


def _waiting(pause: Pause, state: State, words: Translator, zone: str) -> Promise:
    said = pause.told or waits.sentence(words, pause.awaited.reason)
    if pause.until is not None:
        at = moment(pause.until, state, words, zone)
        said += " " + words._("It goes on by itself {at} at the latest.", at=at)
    theirs = pause.awaited in (Awaited.CUSTOMER, Awaited.CONSENT)
    return Promise(said, "soon" if theirs else "calm")


def _owed(
    clock: Clock | None, state: State, words: Translator, zone: str, pending: str, late: str
) -> Promise:
    if clock is not None and clock.due is not None:
        at = moment(clock.due, state, words, zone)
        if clock.state == PENDING:
            return Promise(pending.format(at=at), "calm")
        if clock.state == BREACHED:
            return Promise(late.format(at=at), "late")
    return Promise(words._("We are working on it."), "calm")


def moment(at: datetime, state: State, words: Translator, zone: str) -> str:
    """In the customer's zone, as it stands in a sentence: "today at 14:30", "Tue 3 Mar at 14:30"."""
    there = formats.zone_named(zone)
    hour = formats.time_of_day(at, words.language, zone)
    if at.astimezone(there).date() == state.as_of.astimezone(there).date():
        return words._("today at {hour}", hour=hour)
    return words._("{day} at {hour}", day=formats.day(at, words.language, zone), hour=hour)
