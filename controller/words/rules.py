"""What each rule's finding means to people: a title, and what to do now, in both languages.

Titles have placeholders for a finding's facts; facts are untrusted text and are cut and stripped of control
characters here, escaped by whoever shows them. A fact that is missing shows as a dash: an odd finding must
still be readable at 3 a.m.
"""

from collections.abc import Callable, Mapping
from functools import cache
from string import Formatter

from controller.words import causes, formats
from controller.words.catalogue import Translator
from controller.words.hardwarerules import HARDWARE_RULES
from controller.words.rulewords import N_, RuleWords
from controller.words.systemrules import SYSTEM_RULES

LONGEST_FACT = 200


RULES: Mapping[str, RuleWords] = {
    "agent.silent": RuleWords(
        N_("{machine} is silent"),
        (
            N_("Call the customer: is the machine on, is there light on its network socket?"),
            N_("Ask whether other machines there work; if none does, look at power and the line first."),
            N_("If the machine works, look at the agent on it: `vigia-agent doctor` names what hinders it."),
        ),
    ),
    "site.silent": RuleWords(
        N_("{object} is silent: {machine_count} machines at once"),
        (
            N_("Call the customer: have they power, and does the router show its lights?"),
            N_("If the machines work, it is the line: have the router restarted, then call the provider."),
            N_("It is one outage: what is said here counts for every machine in the list."),
        ),
    ),
    "agent.cloned": RuleWords(
        N_("Two machines may speak as {machine}"),
        (
            N_("Ask the customer whether a disk was copied, or an old image or snapshot brought back."),
            N_("Find the two: the machine's history says when each connected. One may keep the identity."),
            N_("On the other remove the agent and enrol it anew; then release this one from its quarantine."),
            N_("If nobody knows of a copy, ban the machine: somebody may have taken its key."),
        ),
    ),
    "watch.down": RuleWords(
        N_("{object} does not answer"),
        (
            N_("Look at the evidence: what listens on that port now, and the last log lines."),
            N_("Ask the customer whether somebody stopped it on purpose."),
            N_("Start the service again, and see here that it answers."),
        ),
    ),
    "filesystem.space": RuleWords(
        N_("{object}: {disk_free_bytes} free"),
        (
            N_("See in the evidence which folders grew."),
            N_("Empty what is safe to empty: old logs, package caches, temporary files. Never a database's."),
            N_("If it fills up again, plan more room with the customer."),
        ),
    ),
    "filesystem.fill_rate": RuleWords(
        N_("{object} will be full in {disk_full_in_s}"),
        (
            N_("Find what is growing: new large files, a log that never rotates, a backup gone astray."),
            N_("Stop it or make room before the disk is full."),
        ),
    ),
    "filesystem.inodes": RuleWords(
        N_("{object}: room for only {inodes_free} more files"),
        (
            N_("The disk has bytes left but no room for more files: find the folder with very many."),
            N_("Empty session, cache or mail-queue folders that are safe to empty."),
        ),
    ),
    "filesystem.readonly": RuleWords(
        N_("{object} can no longer be written"),
        (
            N_("What people save is being lost now: ask them to stop working on that machine."),
            N_("Do not mount it for writing again before the disk was checked; see the kernel's messages."),
            N_("Make sure of the last backup before anything else is tried."),
        ),
    ),
    "memory.available": RuleWords(
        N_("Only {memory_available_bytes} of memory left"),
        (
            N_("See in the evidence which process holds the most memory, and whether it grows."),
            N_("Restart that service in a quiet moment, with the customer's word."),
        ),
    ),
    "memory.oom_kill": RuleWords(
        N_("The system killed a program for lack of memory"),
        (
            N_("Ask what stopped working: the program they use may be gone."),
            N_("Start it again, and find what ate the memory before it happens again."),
        ),
    ),
    "swap.used": RuleWords(
        N_("Swap is {swap_used_ratio} full"),
        (N_("The machine is short of memory and slow. See which process grew, and restart it."),),
    ),
    "cpu.busy": RuleWords(
        N_("The processor is {cpu_busy_ratio} busy"),
        (
            N_("See in the evidence which process works so hard, and whether it should."),
            N_("A backup or an update may explain it; a stuck process does not end by itself."),
        ),
    ),
    "load.high": RuleWords(
        N_("More work waits than the machine can do ({load_per_cpu} per processor)"),
        (N_("See whether the processor or a disk is what everybody waits for."),),
    ),
    "disk.latency": RuleWords(
        N_("Disk {disk_name} takes {disk_latency_s} to answer"),
        (
            N_("Look for a backup, a scan or a copy that keeps the disk busy."),
            N_("If there is none, look at the disk's health: slow disks often die next."),
        ),
    ),
    "network.link": RuleWords(
        N_("Network link {object} is down"),
        (
            N_("Ask the customer to look at the cable and at the light on socket and switch."),
            N_("Try another port of the switch, then another cable."),
        ),
    ),
    "network.errors": RuleWords(
        N_("Network {object}: errors on the line"),
        (N_("A bad cable or socket is the usual cause: have the cable changed."),),
    ),
    "boot.unexpected": RuleWords(
        N_("The machine restarted without warning"),
        (
            N_("Ask whether the power went out or somebody pressed the button."),
            N_("See the samples before the restart, and check that every service came back."),
        ),
    ),
    **HARDWARE_RULES,
    **SYSTEM_RULES,
    "inventory.memory": RuleWords(
        N_("Memory changed from {memory_before_bytes} to {memory_total_bytes}"),
        (
            N_("Ask the customer whether somebody worked on the machine: theft of memory is a known trade."),
            N_("If nobody did, a module is loose or dead: plan a quiet moment, see the firmware's own list."),
            N_("The machine's page shows which modules it had and which it has."),
        ),
    ),
    "inventory.disk": RuleWords(
        N_("Disk {object} is another one than before"),
        (
            N_("Ask the customer whether it was changed on purpose, and who keeps the old one: it has data."),
            N_("If not, the old one may have died or be loose: see the kernel's messages and the array."),
            N_("Make sure that the backup covers the new disk."),
        ),
    ),
    "inventory.system": RuleWords(
        N_("The system changed from {os_before} to {os_after}"),
        (
            N_("Ask whether the upgrade was planned; if not, find out who did it."),
            N_("Check that every watched service came back, and that the backup runs on the new system."),
        ),
    ),
}

OWN_RULES: Mapping[str, RuleWords] = {
    "vigia.clock_jumped": RuleWords(
        N_("The clock of this controller was set by {clock_moved_s}"),
        (
            N_("See what the time is, and whether this machine has a time server: `timedatectl`."),
            N_("After a jump forward deadlines wait two minutes, in which it may be set back."),
        ),
    ),
    "vigia.blind": RuleWords(
        N_("We were cut off from {machine_count} machines at once"),
        (
            N_("It is our own line or server: see from outside if we can be reached; call our provider."),
            N_("Nobody is called silent meanwhile; after 15 minutes every machine is judged as it stands."),
            N_("When it is over, see in the queue what the agents found in that time."),
        ),
    ),
    "vigia.timers_missing": RuleWords(
        N_("Timers of ours were missing and were rebuilt"),
        (
            N_("Nothing is lost: what fell due meanwhile acts now, marked as late."),
            N_("Find out who emptied the table of timers: a restored backup, a hand in the database, a bug."),
        ),
    ),
    "vigia.timer_set_aside": RuleWords(
        N_("A timer of ours fails and was set aside: {object}"),
        (
            N_("Nothing it stood for happens by itself any more: see whose deadline it is and keep it."),
            N_("`vigia timers list --set-aside` shows how it failed; the log has the whole trace."),
            N_("Once the cause is gone, `vigia timers release` lets it act at once, marked as late."),
        ),
    ),
    "vigia.first_response_slips": RuleWords(
        N_("{customer}: first responses slip, {kept_ratio} kept of {target_ratio} promised"),
        (
            N_("See in the report of this month which ones were missed, at what hours and at which level."),
            N_("Ask the forecast what would save most in the next hours, and do that first."),
            N_("Speak with the customer before they do: what was missed, why, and what changes."),
        ),
    ),
    "vigia.updates_slip": RuleWords(
        N_("{customer}: escalations and updates slip, {kept_ratio} kept of {target_ratio} promised"),
        (
            N_("See in the report of this month which ones were missed: news that was late, or escalations."),
            N_("Give those who wait now their news; the queue shows who waits longest."),
            N_("Speak with the customer before they do: what was missed, why, and what changes."),
        ),
    ),
    "vigia.engine_late": RuleWords(
        N_("Our own clock acted {late_s} too late"),
        (
            N_("Look at the queue now: what should have been said or escalated, say and escalate by hand."),
            N_("See the controller's log for slow statements, a full disk, or a database that was away."),
            N_("See whether something else takes the machine's processors or its disk."),
        ),
    ),
    "vigia.post_stuck": RuleWords(
        N_("Notices do not leave: {count} wait, the oldest for {age_s}"),
        (
            N_("Nobody hears of what happens now: watch the queue yourself until this is over."),
            N_("See in the log what the mail server says, and whether it can be reached."),
            N_("Nothing is lost: all of it leaves by itself once the way is free."),
        ),
    ),
    "vigia.rota_gap": RuleWords(
        N_("Nobody is on duty at level {level} for {gap_s} of the next 48 hours"),
        (
            N_("See on the page of duty which hours are empty."),
            N_("Agree with somebody, and write it down as an override."),
            N_("Until then only the administrators are told of what comes to that level."),
        ),
    ),
    "vigia.disk_low": RuleWords(
        N_("The controller's own disk is nearly full: {disk_free_bytes} free"),
        (
            N_("Make room beside the data folder: old logs, old backups. Touch nothing inside it."),
            N_("Give the disk more room, or keep measurements for fewer days (`snapshot_days`)."),
            N_("When it is full, measurements are refused first; faults and incidents still get through."),
        ),
    ),
    "vigia.authority_ends": RuleWords(
        N_("The root that every machine trusts ends in {days} days, on {date}"),
        (
            N_("Make a new one and let the machines learn of it: `vigia authority rotate`."),
            N_("`vigia authority show` lists who does not use it yet; `vigia authority finish` ends it."),
            N_("Back up the folder `authority` before and after."),
        ),
    ),
    "vigia.roots_change": RuleWords(
        N_("The change of roots of {date} is not finished: {arrived} of {machines} machines use the new one"),
        (
            N_("`vigia authority show` lists who does not use it yet; `vigia authority finish` ends it."),
            N_("Ban what will never return; switch on for an hour what was only put away."),
        ),
    ),
}
"""What is wrong with Vigía itself; the controller alone says these."""

_UNKNOWN = RuleWords(N_("{object}: {rule}"), (N_("Look at the facts and the evidence."),))


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"


def cleaned(text: str) -> str:
    """One line of at most 200 characters without control, direction or format characters."""
    text = text[:LONGEST_FACT]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _shown(name: str, value: str, language: str) -> str:
    """A fact as people read it, by the unit in its name; what is no number is shown as it came."""
    unit = name.rpartition("_")[2]
    kinds: Mapping[str, Callable[[float], str]] = {
        "bytes": lambda number: formats.size(number, language),
        "ratio": lambda number: formats.ratio(number, language),
        "s": formats.duration,
        "celsius": lambda number: f"{formats.number(number, language)} °C",
    }
    try:
        number = float(value)
        if unit in kinds and abs(number) < 1e18:
            if unit == "s" and abs(number) < 1:
                return f"{formats.number(number * 1000, language)} ms"
            return kinds[unit](number)
    except (ValueError, OverflowError):
        pass
    return cleaned(value)


def facts_shown(facts: Mapping[str, str], language: str) -> dict[str, str]:
    """Every fact as people read it, in the order it came."""
    return {cleaned(name): _shown(name, value, language) for name, value in facts.items()}


def title(
    words: Translator,
    rule: str,
    object_name: str,
    facts: Mapping[str, str],
    machine: str = "",
    prefix: str = "",
) -> str:
    """One line that says what is wrong. `machine` is the name of the machine it is wrong on; `prefix` stands
    before the names of the finding's facts among others."""
    template = words._(_words_of(rule).title)
    known = _Facts(
        object=cleaned(object_name) or cleaned(machine) or "–", machine=cleaned(machine), rule=rule
    )
    for name in _names_in(template):
        value = facts.get(prefix + name)
        if value is not None and name not in known:
            known[name] = _shown(name, value, words.language)
    return template.format_map(known)


@cache
def _names_in(template: str) -> tuple[str, ...]:
    """The facts that a title speaks of: a finding has many more."""
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


def _words_of(rule: str) -> RuleWords:
    return RULES.get(rule) or OWN_RULES.get(rule) or _UNKNOWN


def remedy(
    words: Translator, rule: str, facts: Mapping[str, str] | None = None, prefix: str = ""
) -> tuple[str, ...]:
    """What to do now, step by step, the safest first; where the cause is known, what fits it."""
    cause = causes.words_of(rule, facts or {}, prefix)
    steps = cause.remedy if cause is not None and cause.remedy else _words_of(rule).remedy
    return tuple(words._(step) for step in steps)


def cause(words: Translator, entry: Mapping[str, str]) -> str:
    """What a timeline's first sentence adds for a silence: why, by whose word; empty for anything else.

    `entry`: the facts of that line, the finding's own with `fact.` before their names.
    """
    known = causes.words_of(entry.get("rule", ""), entry, "fact.")
    if known is None:
        return ""
    names = cleaned(entry.get("fact.witnesses", ""))
    by = words._(" (seen by {machines})", machines=names) if names else ""
    return f". {words._('Cause')}: {words._(known.sentence)}{by}"
