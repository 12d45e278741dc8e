"""How a machine stands, in words and colour."""

from controller.fleet.machine import GoodbyeReason, Machine
from controller.words.catalogue import Translator

_GOODBYES = {
    GoodbyeReason.STOPPED: "Stopped by hand, not watched",
    GoodbyeReason.SHUTDOWN: "Shut down",
    GoodbyeReason.REBOOT: "Restarting",
    GoodbyeReason.SUSPEND: "Asleep",
    GoodbyeReason.UPDATE: "Updating the agent",
}


def state_of(machine: Machine, words: Translator) -> tuple[str, str]:
    """(words, tone): what is known for sure first, an open stream last."""
    if machine.banned_at is not None:
        return words._("Banned"), "late"
    if machine.quarantined_at is not None:
        return words._("In quarantine"), "late"
    if machine.silent_since is not None:
        return words._("Silent"), "late"
    if machine.goodbye_reason is not None:
        return words._(_GOODBYES[machine.goodbye_reason]), "calm"
    if machine.last_seen_at is None:
        return words._("Never heard yet"), "calm"
    if machine.connected:
        return words._("Watched"), "done"
    return words._("Connecting again"), "soon"
