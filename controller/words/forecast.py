"""A forecast in words: how likely each promise is kept, why, and what would save most."""

from datetime import datetime, timedelta

from controller.words import formats
from controller.words.catalogue import Translator


def N_(message: str) -> str:  # noqa: N802 - the field's name for "to be translated later"
    return message


CHANCES = {
    "missed": N_("missed already"),
    "likely_missed": N_("likely missed"),
    "at_risk": N_("at risk"),
    "safe": N_("safe"),
}
TONES = {"missed": "late", "likely_missed": "late", "at_risk": "soon", "safe": "done"}
REFUSALS = (N_("{text} is no number of hours we foresee"), N_("Use 1 to {most}"))
"""What the room says in English, as the msgids of the catalogue."""


def chance(words: Translator, name: str) -> str:
    return words._(CHANCES.get(name, name))


def why(
    words: Translator, kind: str, *, level: int, ahead: int, late: timedelta | None, usual: timedelta,
    slow: timedelta,
) -> str:  # fmt: skip
    """`late`: by how much it is expected after its due; None when nobody does it in the time foreseen."""
    _ = words._
    if kind == "overdue":
        said = _("Its time is over, and it is still owed.")
        return said if late is not None else f"{said} {_('Nobody is expected to do it in this time.')}"
    if kind == "nobody":
        return _("Nobody is on duty at level {level} to do it in time.", level=level)
    if kind == "queue":
        said = words.ngettext(
            "Level {level} does {count} other thing first.", "Level {level} does {count} other things first.",
            ahead, level=level,
        )  # fmt: skip
        return said if late is None else f"{said} {_late(words, late)}"
    if kind == "pace":
        return _("It usually takes level {level} {usual}, which is more than what is left.", level=level,
                 usual=formats.duration(usual))  # fmt: skip
    if kind == "slow_day":
        return _("Kept if all goes as usual ({usual} each); not if it takes as long as one in five does "
                 "({slow}).", usual=formats.duration(usual), slow=formats.duration(slow))  # fmt: skip
    if kind == "lasting":
        if not usual:
            return _("How long such incidents stay open is not known yet.")
        return _("Such incidents usually stay open for {usual}.", usual=formats.duration(usual))
    return _("Kept also if each thing takes as long as one in five does.")


def saving(
    words: Translator, kind: str, *, reference: str, level: int, until: datetime | None, zone: str,
    saved: int, eased: int,
) -> str:  # fmt: skip
    _ = words._
    if kind == "person":
        at = formats.time_of_day(until, words.language, zone) if until else ""
        done = _("One more person at level {level} until {hour}", level=level, hour=at)
    elif kind == "first":
        done = _("{reference} before all others", reference=reference)
    elif kind == "escalate":
        done = _("{reference} to level {level} now", reference=reference, level=level)
    else:
        done = _("First what can still be kept, then what is missed already")
    parts = []
    if saved:
        parts.append(words.ngettext("saves {count} promise", "saves {count} promises", saved))
    if eased > 0:
        parts.append(words.ngettext("takes {count} out of risk", "takes {count} out of risk", eased))
    return f"{done}: {', '.join(parts)}"


def notes(
    words: Translator, *, arrivals: float, paused: int, unseen: int, assumed: list[int],
) -> tuple[str, ...]:  # fmt: skip
    """What the forecast does not know. `assumed`: levels whose pace rests on too few examples."""
    _ = words._
    found = [_(
        "An estimate, not a promise: each person does one thing at a time, in order of what falls due, as "
        "fast as people of that level lately did. What somebody is busy with besides is not known."
    )]  # fmt: skip
    if arrivals >= 0.05:
        found.append(_(
            "New incidents are not foreseen. The last four weeks brought {count} in so many hours.",
            count=formats.number(round(arrivals, 1), words.language),
        ))  # fmt: skip
    else:
        found.append(_("New incidents are not foreseen."))
    if assumed:
        levels = ", ".join(str(level) for level in assumed)
        found.append(_(
            "Too few examples of how long level {levels} takes: 10 minutes are assumed for critical ones, 20 "
            "for high ones, 30 for normal ones, and twice as much for one in five.", levels=levels,
        ))  # fmt: skip
    if paused:
        found.append(words.ngettext(
            "{count} incident is paused: what stands still falls due later, and is not here.",
            "{count} incidents are paused: what stands still falls due later, and is not here.", paused,
        ))  # fmt: skip
    if unseen:
        found.append(words.ngettext(
            "{count} more incident is open that was not looked at.",
            "{count} more incidents are open that were not looked at.", unseen,
        ))  # fmt: skip
    return tuple(found)


def _late(words: Translator, late: timedelta) -> str:
    return words._("Expected {span} late.", span=formats.duration(late))
