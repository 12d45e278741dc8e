"""`vigia-agent install` and `uninstall`, as a person calls them."""

import sys
from collections.abc import Callable
from pathlib import Path

from agent import VERSION
from agent.installation import elsewhere, steps
from agent.installation.places import Places
from agent.installation.program import Refused, fault, manifest_fault, parts, program
from agent.installation.words import told


def install(root: Path, language: str, *, dry_run: bool) -> int:
    """The exit code. Raises Refused."""
    places = Places(root.absolute())
    if sys.platform == "darwin" or sys.platform == "win32":
        raise Refused(elsewhere.way_out(sys.platform))
    steps.may(places)
    command = program()
    wrong = fault(parts(command)) or manifest_fault(command)
    if wrong:
        raise Refused(wrong)
    was_there = steps.is_installed(places)
    _each(steps.installing(places, command, language), language, dry_run=dry_run)
    if not dry_run:
        key = "upgraded" if was_there else "installed"
        print(told(language, key, version=VERSION, program=command))
        if not steps.is_enrolled(places):
            print(told(language, "not_enrolled"))
    return 0


def uninstall(root: Path, language: str, *, keep_data: bool, dry_run: bool) -> int:
    """The exit code. Raises Refused."""
    places = Places(root.absolute())
    steps.may(places)
    planned = steps.removing(places, language, keep_data=keep_data)
    if not planned:
        print(told(language, "nothing"))
        return 0
    _each(planned, language, dry_run=dry_run)
    if not dry_run:
        facts = {"configuration": places.configuration, "data": places.data, "program": _own_place()}
        print(told(language, "gone_kept" if keep_data else "gone", **facts))
    return 0


def print_definition(system: str) -> int:
    """For a system on which it was not yet proven: the definition, and what to do with it."""
    print(elsewhere.DEFINITIONS[system](), end="")
    return 0


def _each(planned: list[steps.Step], language: str, *, dry_run: bool) -> None:
    say: Callable[[steps.Step], str] = lambda step: told(language, "would", step=step.said)  # noqa: E731
    if dry_run:
        print("\n".join(say(step) for step in planned))
    else:
        steps.done(planned)


def _own_place() -> str:
    try:
        return str(program().parent)
    except Refused:
        return sys.prefix
