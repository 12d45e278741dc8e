"""What the findings about hardware mean to people: a title, and what to do now at 3 a.m."""

# ruff: noqa: E501 - a sentence stands on one line

from collections.abc import Mapping

from controller.words.rulewords import N_, RuleWords

HARDWARE_RULES: Mapping[str, RuleWords] = {
    "raid.degraded": RuleWords(
        N_("Array {array_name}: disks that work, {members_working} of {members_count}"),
        (
            N_(
                "Make sure of the last backup before anything else: the next disk that fails may lose everything."
            ),
            N_(
                "See in the facts which disk failed, and read its serial number with `smartctl -i`: pull no disk by its place alone."
            ),
            N_(
                "Do not restart the machine while no redundancy is left: a second weak disk may not start again."
            ),
            N_("Replace it, add the new one to the array, and watch the rebuild to its end."),
        ),
    ),
    "raid.drive": RuleWords(
        N_("The RAID controller reports drive {drive_name}"),
        (
            N_("See whether an array of that controller is degraded; if so, that incident comes first."),
            N_(
                "Order the same model or larger, and replace the drive in that slot while the machine runs if its bays allow it."
            ),
        ),
    ),
    "raid.errors": RuleWords(
        N_("{member_name} gives back wrong data (new errors: {errors_risen})"),
        (
            N_(
                "Look at cable and backplane first: checksum errors without a failing disk are often a cable."
            ),
            N_("See the disk's own health (`smartctl -a`), and the kernel's messages of the same minutes."),
            N_("Start a scrub in a quiet hour: it repairs from the other copy and shows what is lost."),
        ),
    ),
    "raid.battery": RuleWords(
        N_("The cache battery of RAID controller {controller_name} is bad"),
        (
            N_(
                "See that the controller writes through while its battery is bad; expect the machine to be slower."
            ),
            N_("Order the battery or capacitor for that model and plan an hour for the change."),
        ),
    ),
    "smart.failed": RuleWords(
        N_("Disk {disk_name} says that it is about to fail"),
        (
            N_("Make sure of the last backup now, and take one if it is older than the work you can lose."),
            N_("Do not run tests or checks that read the whole disk: they may finish it off."),
            N_("Replace the disk with that serial number today."),
        ),
    ),
    "smart.sectors": RuleWords(
        N_("Disk {disk_name} has sectors it cannot read or had to move"),
        (
            N_("Make sure of the last backup."),
            N_(
                "Compare with last week's figures: a number that grows means replace the disk, one that stands still may wait."
            ),
            N_("Errors of transfer and timeouts may also be the cable: look at it when the disk is out."),
        ),
    ),
    "nvme.warning": RuleWords(
        N_("Disk {disk_name} gives its critical warning"),
        (
            N_("Make sure of the last backup now: such a disk may turn read-only at any moment."),
            N_(
                "See the bits: 2 is heat (look at fans and dust), 1 is used-up spare, 4 and 8 mean replace it today."
            ),
            N_(
                "Plan the change with the customer, with the machine switched off unless its slot allows more."
            ),
        ),
    ),
    "nvme.media_errors": RuleWords(
        N_("Disk {disk_name} could not read back data (new errors: {errors_risen})"),
        (
            N_(
                "Make sure of the last backup, and see in the kernel's messages which file or volume was hit."
            ),
            N_(
                "Replace the disk if the count rises again; update its firmware if the maker names this fault."
            ),
        ),
    ),
    "disk.wear": RuleWords(
        N_("Disk {disk_name} has {life_left_ratio} of its life left"),
        (
            N_("It still works: plan its replacement within weeks, not tonight."),
            N_("See what writes so much: a log, a database, swap on a small disk."),
        ),
    ),
    "disk.temperature": RuleWords(
        N_("Disk {disk_name} is at {temperature_celsius}"),
        (
            N_(
                "Ask the customer to feel whether air comes out, and to clear what stands before the openings."
            ),
            N_("See whether a backup or a check heats it; stop it if the disk is at its limit."),
            N_(
                "If it stays hot, switch the machine off in good order before the disk does it in its own way."
            ),
        ),
    ),
    "filesystem.errors": RuleWords(
        N_("The filesystem on {device} is damaged (errors: {errors_count})"),
        (
            N_("Make sure of the last backup, and see in the kernel's messages what was found and where."),
            N_("See the disk's own health before any repair: a dying disk is copied, not checked."),
            N_("Plan a check of the filesystem while it is not mounted; only that clears the count."),
        ),
    ),
    "ecc.errors": RuleWords(
        N_(
            "Errors of memory {module_name} in a day: corrected {corrected_day}, uncorrected {uncorrected_day}"
        ),
        (
            N_(
                "Uncorrected errors: results may be wrong. Stop what must not be wrong (databases, accounting) in good order."
            ),
            N_("Note the module's label; reseat it at the next stop, and replace it if errors come back."),
        ),
    ),
    "temperature.high": RuleWords(
        N_("{sensor_name} is at {temperature_celsius}"),
        (
            N_("Ask whether the room is hot, the cupboard shut, or a fan loud or silent."),
            N_("See which process works so hard, and stop it if it should not."),
            N_("At its critical limit the machine switches itself off: switch it off in good order first."),
        ),
    ),
    "cpu.throttled": RuleWords(
        N_("The processor slows itself down because of heat"),
        (N_("Everything is slow until it is cooled: look for dust, a loose cooler, a dead fan."),),
    ),
    "fan.stopped": RuleWords(
        N_("Fan {fan_name} stands still"),
        (
            N_("See the temperatures: if one is above its limit, switch the machine off in good order now."),
            N_("Ask the customer to listen and to look for a cable in the fan; then replace the fan."),
        ),
    ),
    "ipmi.sensor": RuleWords(
        N_("The board's controller reports {sensor_name}"),
        (
            N_(
                "A power supply: look for its light and its cable; with two of them the machine still runs on one."
            ),
            N_(
                "A fan or a temperature: act before it overheats. A voltage: plan the change of the power supply."
            ),
            N_("See the whole list with `ipmitool sdr elist` and `ipmitool sel elist`."),
        ),
    ),
    "ipmi.events": RuleWords(
        N_("The board's event log: {sensor_name}, {event_name}"),
        (
            N_(
                "Read what came before and after it with `ipmitool sel elist`; clear nothing before it is copied."
            ),
            N_(
                "Power lost on one supply: ask who touched the cable. Memory or bus errors: note the slot and plan a stop."
            ),
        ),
    ),
    "ups.battery": RuleWords(
        N_("UPS {ups_name} runs on its battery ({charge_ratio})"),
        (
            N_("Call the customer: is it the whole street, the building, or one fuse?"),
            N_(
                "Have them save and close what is open; switch off what is not needed to make the battery last."
            ),
            N_("Below a quarter, shut the machines down in good order while there is still time."),
        ),
    ),
    "battery.wear": RuleWords(
        N_("Battery {battery_name} holds only {health_ratio} of what it was built for"),
        (
            N_("Offer the customer a new battery; until then the laptop needs its charger at hand."),
            N_(
                "A swollen case or a lifted touchpad: switch it off, do not charge it, and replace the battery at once."
            ),
        ),
    ),
}
