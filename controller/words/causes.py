"""Why a machine is silent, as far as its neighbours could tell: a sentence, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from controller.words.rulewords import N_


@dataclass(frozen=True, slots=True)
class CauseWords:
    """msgids: `name` for a fact's value, `sentence` for the timeline, `remedy` one step a line, the safest
    first."""

    name: str
    sentence: str
    remedy: tuple[str, ...] = ()


CAUSES: Mapping[str, CauseWords] = {
    "agent_dead": CauseWords(
        N_("the agent does not report, the machine lives"),
        N_("the machine answers its neighbours: it lives, its agent does not reach us"),
        (
            N_("People there can likely work: ask before anything is switched off."),
            N_("On the machine: `vigia-agent doctor` names what hinders the agent; start its service again."),
            N_("If doctor finds nothing, look at the machine's own firewall, proxy and clock."),
        ),
    ),
    "machine_dead": CauseWords(
        N_("the machine does not answer"),
        N_("it does not answer its neighbours either, and their line is in order: the machine is down"),
        (
            N_("Have somebody look: is it on, does it show an error, is there light on its network socket?"),
            N_("If it is on with a dark socket, change the cable and the port of the switch first."),
            N_("If it is off, have it switched on and watch it start; what it wrote before is sent then."),
        ),
    ),
    "link_dead": CauseWords(
        N_("the line or the power of the place"),
        N_("the line or the power of the place is gone: its machines do not reach us"),
        (
            N_("Call the customer: have they power, and does the router show its lights?"),
            N_("If the machines work, it is the line: have the router restarted, then call the provider."),
        ),
    ),
    "no_neighbour": CauseWords(
        N_("not known: no neighbour to ask"),
        N_("why is not known: there was no neighbour to ask"),
    ),
    "unclear": CauseWords(
        N_("not known: the neighbours could not tell"),
        N_("why is not known: the neighbours that were asked could not tell"),
    ),
}
"""By the fact `cause` of the controller's own findings of silence; without a remedy the rule's own holds."""

SILENT_RULES = frozenset({"agent.silent", "site.silent"})


def words_of(rule: str, facts: Mapping[str, str], prefix: str = "") -> CauseWords | None:
    """For a silence with a cause; only our own findings have one."""
    return CAUSES.get(facts.get(f"{prefix}cause", "")) if rule in SILENT_RULES else None
