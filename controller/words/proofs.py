"""Why a clock says what it says, in words that whoever it is owed to understands: to staff about the
customer, or to the customers themselves."""

from datetime import datetime, timedelta
from enum import Enum

from controller.words import formats
from controller.words.catalogue import Translator


def N_(message: str) -> str:  # noqa: N802 - the field's name for "to be translated later"
    return message


class Voice(Enum):
    """Who reads it: a colleague, or the customer whose incident it is."""

    STAFF = "staff"
    CUSTOMER = "customer"


LABELS = {
    "first_response": N_("Our first answer"),
    "update": N_("News, number {number}"),
    "escalate_l2": N_("To our second level"),
    "escalate_l3": N_("To our third level"),
    "resolution": N_("The solution"),
}
VERDICTS = {
    "not_started": N_("not begun"),
    "pending": N_("still running"),
    "met": N_("in time"),
    "breached": N_("late"),
    "not_needed": N_("not needed"),
}
BEGINNINGS = {
    "opened": N_("when we knew of it"),
    "reopened": N_("when it was opened again"),
    "responded": N_("with our answer"),
    "updated_customer": N_("with our news"),
    "first_response_deadline": N_("when the time for our first answer was over"),
    "update_deadline": N_("when the time for news was over"),
}
WAITS = {
    Voice.STAFF: {
        "waiting_for_customer": N_("we waited for the customer"),
        "waiting_for_consent": N_("we waited for the customer’s consent"),
        "waiting_for_third_party": N_("we waited for somebody else, whom it depended on"),
        "waiting_for_part": N_("we waited for a spare part"),
        "waiting_for_appointment": N_("we waited for the day agreed with the customer"),
        "reopened": N_("it counted as solved"),
        "": N_("it was paused"),
    },
    Voice.CUSTOMER: {
        "waiting_for_customer": N_("we waited for you"),
        "waiting_for_consent": N_("we waited for your consent"),
        "waiting_for_third_party": N_("we waited for somebody else, whom it depended on"),
        "waiting_for_part": N_("we waited for a spare part"),
        "waiting_for_appointment": N_("we waited for the day agreed with you"),
        "reopened": N_("it counted as solved"),
        "": N_("it was paused"),
    },
}


def label(words: Translator, clock: str, number: int) -> str:
    return words._(LABELS.get(clock, clock), number=number)


def verdict(words: Translator, state: str) -> str:
    return words._(VERDICTS.get(state, state))


def promised(words: Translator, length: str, severity: str, hours: str) -> str:
    """`length`: a plan's "4h"; `hours`: the zone of opening hours, "" around the clock."""
    said = {"length": formats.promise(length), "severity": words._(severity)}
    if not hours:
        return words._("Promised within {length} ({severity}), counted around the clock.", **said)
    if length.endswith("d"):
        return words._("Promised within {length} ({severity}), counted in open days.", **said)
    return words._("Promised within {length} ({severity}), counted in opening hours.", **said)


def begun(words: Translator, at: datetime, by: str, zone: str) -> str:
    reason = words._(BEGINNINGS.get(by, by))
    return words._("Counted from {at}, {reason}.", at=moment(words, at, zone), reason=reason)


def stretch(words: Translator, start: datetime, end: datetime, total: timedelta, zone: str) -> str:
    """An open stretch that counted, and the sum so far."""
    there = formats.zone_named(zone)
    same_day = start.astimezone(there).date() == end.astimezone(there).date()
    until = formats.time_of_day(end, words.language, zone) if same_day else moment(words, end, zone)
    return words._(
        "{start} to {end}: {length}, in all {total}.", start=moment(words, start, zone), end=until,
        length=formats.duration(end - start), total=formats.duration(total),
    )  # fmt: skip


def left_out(words: Translator, count: int, length: timedelta) -> str:
    return words.ngettext(
        "... and {count} stretch more, {length} together ...",
        "... and {count} stretches more, {length} together ...",
        count,
        length=formats.duration(length),
    )


def stopped(
    words: Translator, voice: Voice, since: datetime, until: datetime | None, length: timedelta, why: str,
    zone: str,
) -> str:  # fmt: skip
    """`until` None: it still stands. `length` is open time. `why` is a pause's reason, or `reopened`."""
    waits = WAITS[voice]
    reason = words._(waits.get(why, waits[""]))
    at = moment(words, since, zone)
    if until is None:
        return words._("The clock stands still since {at}: {reason}.", at=at, reason=reason)
    if abs(length - (until - since)) >= timedelta(minutes=1):
        return words._(
            "The clock stood still while {reason}: {at} to {until}, {length} of opening hours that do not "
            "count.",
            reason=reason, at=at, until=moment(words, until, zone), length=formats.duration(length),
        )  # fmt: skip
    return words._(
        "The clock stood still while {reason}: {at} to {until}, {length} that do not count.", reason=reason,
        at=at, until=moment(words, until, zone), length=formats.duration(length),
    )  # fmt: skip


def changed(
    words: Translator, at: datetime, severity: str, before: datetime | None, after: datetime | None,
    zone: str,
) -> str:  # fmt: skip
    said = {"at": moment(words, at, zone), "severity": words._(severity)}
    if before is None or after is None or before == after:
        return words._("{at} it became {severity}; the time stays.", **said)
    return words._(
        "{at} it became {severity}: the time was until {before}, and is until {after}.",
        before=moment(words, before, zone), after=moment(words, after, zone), **said,
    )  # fmt: skip


def due(words: Translator, at: datetime, zone: str, *, over: bool) -> str:
    text = "So the time was until {at}." if over else "So the time is until {at}."
    return words._(text, at=moment(words, at, zone))


def outcome(
    words: Translator, state: str, due: datetime | None, came: datetime | None, now: datetime, zone: str
) -> str:
    """`came`: when what was promised happened; None while it has not."""
    if state == "not_needed":
        return words._("It was solved before that, so it was not needed.")
    if state == "met" and came is not None:
        if due is None or came > due:
            return words._("It happened {at}, before its time had begun.", at=moment(words, came, zone))
        early = formats.duration(due - came)
        return words._("It happened {at}, {span} before.", at=moment(words, came, zone), span=early)
    if state == "breached" and due is not None:
        if came is None or came < due:
            return words._("It has not happened: {span} late by now.", span=formats.duration(now - due))
        return words._(
            "It happened {at}, {span} late.", at=moment(words, came, zone), span=formats.duration(came - due)
        )
    if state == "pending" and due is not None:
        return words._("{span} are left.", span=formats.duration(due - now))
    return ""


def corrected(words: Translator, alarm: datetime, known_at: datetime, zone: str) -> str:
    """An alarm that later knowledge took back: both are shown (contract.md T7)."""
    return words._(
        "From {alarm} on it counted as missed; {known_at} we wrote down what had been done in time, and "
        "since then it no longer does.",
        alarm=moment(words, alarm, zone), known_at=moment(words, known_at, zone),
    )  # fmt: skip


def moment(words: Translator, at: datetime, zone: str) -> str:
    """ "Tue 3 Mar, 10:05"."""
    day = formats.day(at, words.language, zone)
    return f"{day}, {formats.time_of_day(at, words.language, zone)}"
