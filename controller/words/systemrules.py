"""The words of the rules about the system: kernel, services, reach, time, certificates, backups, updates."""

# ruff: noqa: E501 - a sentence stands on one line

from collections.abc import Mapping

from controller.words.rulewords import N_, RuleWords

SYSTEM_RULES: Mapping[str, RuleWords] = {
    "disk.kernel_errors": RuleWords(
        N_("Disk {disk_name}: the system reports errors ({errors_10m} in 10 min)"),
        (
            N_("Make sure of the last backup before anything else is tried."),
            N_("See the disk's own health (SMART) and its array: is there redundancy left?"),
            N_("Have cable and port checked; if errors come back, plan the disk's replacement at once."),
            N_("If the filesystem was given up, do not mount it for writing before it was checked."),
        ),
    ),
    "hardware.error": RuleWords(
        N_(
            "The hardware reports errors: {hardware_fatal} fatal, {hardware_recoverable} recoverable, {hardware_corrected} corrected"
        ),
        (
            N_("See in the evidence which part it names: processor, memory, or a card on its bus."),
            N_("Look at temperature, dust and the seat of that part at the next visit."),
            N_(
                "Fatal or recoverable errors: move what matters to another machine and ask the maker for a part."
            ),
        ),
    ),
    "kernel.freeze": RuleWords(
        N_("The system froze for a while ({kernel_object})"),
        (
            N_("Ask whether people still can work; a machine that hangs again needs its restart planned."),
            N_("A task that hangs often waits for a disk or a share: look at those first."),
            N_("See whether it began with an update of the system or of a driver."),
        ),
    ),
    "unit.failed": RuleWords(
        N_("{unit_name} failed and does not run"),
        (
            N_("See its last log lines: they mostly say why."),
            N_("Put right what they name, then start it again and see here that it stays."),
            N_("If nobody needs it, have it disabled, so that it fails no more."),
        ),
    ),
    "unit.crash_loop": RuleWords(
        N_("{unit_name} falls over again and again ({unit_restarts_15m} times in 15 min)"),
        (
            N_(
                "See its last log lines before the fall, and what changed today: an update, a setting, a full disk."
            ),
            N_("Take back what changed; stop the service if its attempts do harm."),
        ),
    ),
    "protection.off": RuleWords(
        N_("{product_name} is switched off"),
        (
            N_("Ask the customer whether somebody switched it off on purpose, and until when."),
            N_("Start it again. If it does not start, see its log: an expired licence is a common cause."),
            N_("If nobody knows of it, treat the machine as attacked: see the failed logins and new users."),
        ),
    ),
    "logins.failed": RuleWords(
        N_("{failed_logins_10m} failed logins in 10 minutes"),
        (
            N_(
                "See where they come from: one of the customer's own programs with an old password, or outside?"
            ),
            N_("From outside: close that port to the internet, or limit it to the addresses that need it."),
            N_("Make sure that no account has a weak password, and that none of the tries succeeded."),
        ),
    ),
    "reach.lost": RuleWords(
        N_("The machine does not reach its network any more ({reach_target})"),
        (
            N_(
                "Ask whether other machines there have the network; if none does, look at the router and the line."
            ),
            N_(
                "Not even the gateway: router, switch, cable. No names: the resolver. No internet: call the provider."
            ),
            N_("What happened meanwhile was kept on the machine and is told when it is back."),
        ),
    ),
    "network.bond": RuleWords(
        N_("{interface_name}: only {bond_members_up} of {bond_members} cables carry"),
        (
            N_(
                "The network still works; the next cable to fail takes it away. Have the dark one found and changed."
            ),
            N_("Look at the switch's port, too: it may have been switched off."),
        ),
    ),
    "network.speed": RuleWords(
        N_("{interface_name} runs at {link_speed_mbit} Mbit/s, before at {link_speed_before_mbit}"),
        (N_("A bad cable or socket is the usual cause: have the cable changed, then the switch's port."),),
    ),
    "time.sync": RuleWords(
        N_("The clock is off, or nobody keeps it"),
        (
            N_("Logins, signatures and certificates may fail: ask whether people are hindered."),
            N_("See that the time service runs and reaches its servers (UDP port 123)."),
            N_("Set the clock only with the customer's word: databases and tills do not like it to go back."),
        ),
    ),
    "certificate.expiry": RuleWords(
        N_("Certificate {object} has expired or soon will ({certificate_days_left} days)"),
        (
            N_("See who renews it: a program that should have done it by itself, or a person."),
            N_("Renew it, have its server read it anew, and see here that the days went up."),
        ),
    ),
    "backup.state": RuleWords(
        N_("Backup {backup_name} is missing, late, failed or too small"),
        (
            N_("See the log of its last run: target full, disk not plugged in, password changed?"),
            N_("Have it run now, and see it end."),
            N_("Try to restore one file: only that proves a backup."),
        ),
    ),
    "updates.pending": RuleWords(
        N_("A restart or security updates have been waiting for {pending_s}"),
        (
            N_("Agree on a quiet hour with the customer; say that programs will be closed."),
            N_("Make sure of the last backup, install, restart, and see that every service came back."),
        ),
    ),
    "handles.used": RuleWords(
        N_("The system is running out of what it has only so many of ({handles_used_ratio} in use)"),
        (
            N_("See which program holds so many: it mostly forgets to give them back."),
            N_("Restart that service in a quiet moment, with the customer's word."),
            N_("Tracked connections: look for an attack, or for a program that opens them without end."),
        ),
    ),
    "agent.own": RuleWords(
        N_("Our own agent takes too much: {agent_memory_bytes} of memory"),
        (
            N_("The machine comes first: restart the agent, and see whether it grows again."),
            N_("Send us its log; this is a fault of ours, not of the customer's machine."),
        ),
    ),
}
