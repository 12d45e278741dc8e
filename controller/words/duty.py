"""The words of duty: turns, gaps, calendars, who was asked to acknowledge, and what is refused."""

from collections.abc import Mapping
from datetime import timedelta

from controller.words import formats
from controller.words.catalogue import Translator, translator
from controller.words.clocks import N_

GAPS: Mapping[str, str] = {
    "no_turn": N_("the rota names nobody"),
    "inactive": N_("{who} may not come in any more"),
    "unmanned": N_("no rota, and nobody is put on duty"),
}
REACTED: Mapping[str, str] = {
    "acknowledged": N_("{name} acknowledged it after {span}"),
    "owner_changed": N_("{name} took it after {span}"),
    "responded": N_("{name} answered the customer after {span}"),
    "updated_customer": N_("{name} gave the customer news after {span}"),
    "note": N_("{name} wrote a note after {span}"),
    "escalated": N_("{name} escalated it after {span}"),
    "resolved": N_("{name} resolved it after {span}"),
    "closed": N_("{name} closed it after {span}"),
    "severity_changed": N_("{name} changed the severity after {span}"),
    "paused": N_("{name} paused the clocks after {span}"),
}
REFUSALS = (
    N_("{count} is not a whole number from 1 to {most}"),
    N_("{days} days are too many: 1 to {most}"),
    N_("must be a list of 1 to {most} logins"),
    N_("{name} is nobody active who may work on incidents"),
    N_("must be a day from 2000 to 2200"),
    N_("{text} is no hand-over"),
    N_("turns of {days} days do not always end on that weekday"),
    N_("holds no hours"),
    N_("{text} is no time from 1 minute to 1 day"),
    N_("a rota's name is lower-case letters, digits, - and _, at most 64"),
    N_("there are {count} rotas"),
    N_("is not TOML: {reason}"),
    N_("{instant} is in the past"),
    N_("is in the past"),
    N_("is not after the beginning"),
    N_("is more than {days} days after the beginning"),
    N_("there is no override {name}"),
    N_("there is no calendar {name}"),
    N_("override {number} is over"),
    N_("{case} waits for nobody's acknowledgement"),
    N_("unknown key"),
    N_("must be a table of keys and values"),
    N_("must be a list of intervals"),
    N_("{text} is not an interval of a day"),
    N_("must be an instant with an offset"),
    N_("`vigia users list` names them"),
    N_("Write the day on which the first member begins, such as 2026-11-30"),
    N_('Write "mon 09:00" or "09:00"'),
    N_("Leave the weekday out, or let every_days be 7, 14 ..."),
    N_("Give at least one interval, or leave it out"),
    N_('Write "5m", "1h" or "never"'),
    N_('Such as ["ana", "luis"]'),
    N_("Such as 2026-12-01T00:00:00-06:00"),
    N_('Such as [["09:00", "18:00"]]'),
    N_('Write ["HH:MM", "HH:MM"]; 24:00 is allowed as an end'),
    N_("Who was on duty stays: choose a time to come"),
    N_("Change the rota instead"),
    N_("Give a later instant"),
    N_("Use an IANA name such as America/Mexico_City"),
    N_("Known here: {names}"),
    N_("Use at most {most}"),
    N_("Give it"),
)
FIELDS = {
    "who": N_("Who"),
    "start": N_("From"),
    "until": N_("Until"),
    "days": N_("Days"),
    "number": N_("Number"),
}


def gap(words: Translator, reason: str, who: str = "") -> str:
    """ "the rota names nobody"."""
    return words._(GAPS.get(reason, reason), who=who)


def calendar_name(language: str, level: int | None, login: str | None) -> str:
    words = translator(language)
    if login is not None:
        return words._("Duty of {name}", name=login)
    return words._("Duty at level {level}", level=level) if level else words._("Duty")


def calendar_entry(language: str, level: int, name: str, swapped: bool, active: bool) -> str:
    words = translator(language)
    said = words._("Duty at level {level}: {name}", level=level, name=name)
    if not active:
        said += " – " + words._("nobody: inactive")
    return said + (f" ({words._('override')})" if swapped else "")


def waiting(words: Translator, names: tuple[str, ...], hour: str) -> str:
    """ "waiting for Ana's acknowledgement since 03:10"; of several the first is named."""
    if len(names) < 2:
        return words._("waiting for {name} to acknowledge since {hour}", name="".join(names), hour=hour)
    return words.ngettext(
        "waiting for {name} and {count} other to acknowledge since {hour}",
        "waiting for {name} and {count} others to acknowledge since {hour}",
        len(names) - 1,
        name=names[0],
        hour=hour,
    )


def reaction(words: Translator, level: int, told: str, act: str | None, name: str, after: timedelta) -> str:
    """How long a level took to act, and who was told (contract.md T4a). `act`: an entry's kind."""
    heard = words._("told: {names}", names=told) if told else words._("nobody was told")
    span = formats.duration(after)
    if act is None:
        did = words._("nobody has acted for {span}", span=span)
    else:
        did = words._(REACTED.get(act, N_("{name} acted after {span}")), name=name, span=span)
    return words._("level {level}: {told}; {did}", level=level, told=heard, did=did)
