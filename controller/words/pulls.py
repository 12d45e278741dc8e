"""A pull in words: how far it is, and why it came to nothing."""

from controller.words import rules
from controller.words.catalogue import Translator
from controller.words.clocks import N_

STATES = {
    "queued": N_("waiting for the machine"),
    "sent": N_("the machine has been asked"),
    "collecting": N_("collecting"),
    "uploading": N_("sending"),
    "done": N_("done"),
    "refused": N_("refused"),
    "failed": N_("failed"),
    "expired": N_("expired"),
}
REASONS = {
    "policy_never": N_("the policy on the machine forbids diagnostics"),
    "policy_ask": N_("the policy on the machine wants a person there to agree, who cannot be asked yet"),
    "policy_window": N_("the policy on the machine allows diagnostics only at certain hours"),
    "policy_unreadable": N_("the policy on the machine cannot be read, so nothing is allowed"),
    "audit_unwritable": N_("the machine cannot write its own record of what is done there"),
    "agent_too_old": N_("the agent there is too old for this; update it"),
    "profile_unknown": N_("the agent there does not know this profile"),
    "disk_full": N_("the machine's disk is full"),
    "disk_failed": N_("the machine's disk cannot be written"),
    "bundle_too_large": N_("there is more than the 512 MiB that are taken"),
    "bundle_damaged": N_("what arrived is not what was sent"),
    "bundle_unreadable": N_("what arrived cannot be read as a bundle"),
    "bundle_lost": N_("the machine lost what it had collected"),
    "collector_failed": N_("collecting failed on the machine"),
    "collector_stalled": N_("collecting stood still and was stopped"),
    "collector_too_slow": N_("collecting took too long and was stopped"),
    "collector_killed": N_("collecting took too much and was stopped"),
    "controller_disk_full": N_("it waits: our own disk is full"),
    "controller_disk_tight": N_("our own disk is almost full"),
    "customer_quota": N_("this customer's machines have sent all the evidence of 30 days (`evidence_mib`)"),
    "upload_refused": N_("it could not be handed over"),
    "case_closed": N_("its incident was closed"),
    "expired": N_("its time was over before it began"),
    "while_queued": N_("the machine was not connected in all that time"),
    "while_sent": N_("the machine was asked and did not answer in time"),
    "while_collecting": N_("collecting did not end in time"),
    "while_uploading": N_("not all of it could be sent in time"),
}
# What the rooms say when a pull cannot be asked for.
REFUSALS = (
    N_("{machine} is banned: it is asked for nothing"),
    N_("the agent on {machine} ({version}) is too old for pulls: update it, and ask again"),
    N_("{machine} is busy with a pull for {case}; wait until that has ended"),
    N_("{machine} is not a machine of the customer of {case}"),
    N_("{profile} is none that {machine} knows"),
    N_("must be from one minute to 14 days"),
    N_("Leave it out for 24 hours"),
    N_("has more than {most} characters"),
    N_("Type what to look for"),
)
# Why an item is missing from a bundle, as agents say it.
GAPS = (
    N_("{name} is not installed"),
    N_("{name} is not there"),
    N_("no end in time"),
    N_("the budget of {seconds} s was spent"),
    N_("the budget of {seconds} s of processor was spent"),
)


def state(words: Translator, value: str) -> str:
    return words._(STATES.get(value, value))


def reason(words: Translator, code: str, detail: str = "") -> str:
    """Why, with the machine's own words behind it where there are some. Those are untrusted: cleaned here,
    escaped by whoever shows them."""
    said = (
        words._(REASONS[code]) if code in REASONS else rules.cleaned(code) or words._("for no reason given")
    )
    return f"{said} ({rules.cleaned(detail)})" if detail else said
