"""What is said about maintenance windows."""

from controller.words.rulewords import N_

REFUSALS = (
    N_("a window that is over would hold nothing back"),
    N_("maintenance window {number} is over already"),
    N_("has {size} characters, at most {most} are kept"),
    N_("is more than {days} days after from"),
    N_("is not after from"),
    N_("Say what is done there"),
    N_("Say less"),
    N_("Give a later end"),
    N_("Give a nearer end"),
)
FIELDS = {"place": "Where"}
STATES = {"coming": N_("to come"), "open": N_("going on"), "over": N_("over")}
OUTCOMES = {
    "waiting": N_("waits for the end"),
    "incident": N_("became an incident"),
    "cleared": N_("passed"),
}
