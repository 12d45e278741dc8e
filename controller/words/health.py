"""How we are ourselves, in words: what is watched, how it stands, since when."""

from collections.abc import Mapping

from controller.words import rules
from controller.words.catalogue import Translator


def N_(message: str) -> str:  # noqa: N802 - the field's name for "to be translated later"
    return message


NAMES = {
    "vigia.first_response_slips": N_("First responses of this month"),
    "vigia.updates_slip": N_("Escalations and updates of this month"),
    "vigia.engine_late": N_("The contract's clock"),
    "vigia.timer_set_aside": N_("Timers"),
    "vigia.post_stuck": N_("Notices"),
    "vigia.rota_gap": N_("Duty in the next 48 hours"),
    "vigia.disk_low": N_("The controller's disk"),
    "vigia.authority_ends": N_("The authority's root"),
    "vigia.roots_change": N_("The change of roots"),
    "vigia.timers_missing": N_("The auditor of timers"),
    "vigia.clock_jumped": N_("The controller's own time"),
}
GRADES = {"good": N_("in order"), "near": N_("worth a look"), "bad": N_("alarm")}
TONES = {"good": "done", "near": "soon", "bad": "late"}
_GOOD = {
    "vigia.first_response_slips": N_("{kept_ratio} kept of {target_ratio} promised, {decided} decided"),
    "vigia.updates_slip": N_("{kept_ratio} kept of {target_ratio} promised, {decided} decided"),
    "vigia.engine_late": N_("Every deadline of the last hour was acted on within a minute"),
    "vigia.timer_set_aside": N_("None was set aside"),
    "vigia.post_stuck": N_("{count} wait to be sent"),
    "vigia.rota_gap": N_("Every level has somebody"),
    "vigia.disk_low": N_("{disk_free_bytes} free"),
    "vigia.authority_ends": N_("Good until {date}"),
}
_NEAR = {
    "vigia.first_response_slips": N_(
        "{kept_ratio} kept of {target_ratio} promised, {missed} missed of {decided} decided: few, or close"
    ),
    "vigia.updates_slip": N_(
        "{kept_ratio} kept of {target_ratio} promised, {missed} missed of {decided} decided: few, or close"
    ),
    "vigia.post_stuck": N_("{count} wait to be sent, the oldest for {age_s}"),
    "vigia.rota_gap": N_("Nobody was put on duty at level {level}: only the administrators are told"),
    "vigia.disk_low": N_("{disk_free_bytes} free: no longer roomy"),
    "vigia.authority_ends": N_("Good until {date}: change it this year (`vigia authority rotate`)"),
    "vigia.roots_change": N_("{arrived} of {machines} machines use the new root"),
}
OTHER = N_("Something else about ourselves")
NOTHING = N_("Nothing decided yet")


def name(words: Translator, rule: str) -> str:
    return words._(NAMES.get(rule, OTHER))


def grade(words: Translator, value: str) -> str:
    return words._(GRADES.get(value, value))


def said(words: Translator, rule: str, object_name: str, facts: Mapping[str, str], grade: str) -> str:
    """What is seen, in one line; an alarm says it as its incident does."""
    template = {"good": _GOOD, "near": _NEAR}.get(grade, {}).get(rule)
    if template is None:
        return rules.title(words, rule, object_name, facts)
    return words._(template).format_map({**_NO_FACTS, **rules.facts_shown(facts, words.language)})


_NO_FACTS = dict.fromkeys(
    (
        "kept_ratio",
        "target_ratio",
        "decided",
        "missed",
        "count",
        "age_s",
        "level",
        "disk_free_bytes",
        "date",
        "days",
        "arrived",
        "machines",
    ),
    "–",
)
