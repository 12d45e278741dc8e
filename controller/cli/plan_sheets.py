"""What a version would change, on paper: key by key, due times of sample instants, the last month."""

from typing import Any

from controller.cli.language import _, words
from controller.cli.tables import cell, heading, paragraph, print_table, put


def print_preview(one: dict[str, Any]) -> None:
    put(cell(one["name"], "bold").append(f" · {_('In force from {at}.', at=one['begins'])}"))
    if one["against"]:
        put(cell(_("Compared with {version}.", version=one["against"])))
    heading(_("What it changes"))
    if not one["differences"]:
        put(cell(_("It says the same as the version that it takes the place of.")))
    else:
        rows = ((cell(each["name"], "bold"), each["before"], each["after"]) for each in one["differences"])
        print_table((_("Promise or rule"), _("Until then"), _("From then on")), rows, "")
    if not one["concerns"]:
        return put(cell(_("No plan counts it yet, so no deadline changes.")))
    title = _("What would be due, counted from these instants")
    heading(f"{title} ({one['customer']})" if one["customer"] else title)
    for instant in one["instants"]:
        put(cell(instant["name"], "bold").append(f"  {instant['at']}"))
        for each in instant["moved"]:
            paragraph(f"{each['severity']}, {each['clock']}: {each['before']} → {each['after']}", 2)
        if not instant["moved"]:
            paragraph(_("Everything stays."), 2, "dim")
    return _print_last_days(one["last_days"])


def _print_last_days(last: dict[str, Any]) -> None:
    count = words().ngettext
    heading(count("The last {count} day", "The last {count} days", last["days"]))
    if not last["incidents"]:
        return put(cell(_("No incident of theirs was opened in that time.")))
    said = count(
        "{count} incident would have been governed by it.",
        "{count} incidents would have been governed by it.",
        last["incidents"],
    )
    worse = count("{count} would have missed more,", "{count} would have missed more,", last["worse"])
    better = count("{count} would have missed less.", "{count} would have missed less.", last["better"])
    put(cell(f"{said} {worse} {better}"))
    if last["missed"]:
        rows = ((each["clock"], str(each["before"]), str(each["after"])) for each in last["missed"])
        print_table((_("Promises missed"), _("As it was"), _("As it would have been")), rows, "")
    return None
