"""`vigia-agent`: enrol, run, once, show, config, coverage, doctor, log, redact, install, uninstall.

Errors are one line on standard error; exit 2 for usage, 1 for failure.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from agent import VERSION
from agent.config import CONFIG_DEFAULT, Config, load
from agent.errors import AgentError
from agent.words import LANGUAGES, language_of

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. Heavy parts are loaded by the command that needs them."""
    arguments = _parser().parse_args(argv)
    arguments.words = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments.command in WITHOUT_CONFIG:
            return WITHOUT_CONFIG[arguments.command](arguments)
        config = load(
            arguments.config or Path(os.environ.get("VIGIA_AGENT_CONFIG", CONFIG_DEFAULT)),
            os.environ,
            required=arguments.config is not None or "VIGIA_AGENT_CONFIG" in os.environ,
            data=arguments.data,
        )
        _prepare(config)
        command = {
            "enrol": _enrol,
            "run": _run,
            "once": _once,
            "show": _show,
            "config": _config,
            "coverage": _coverage,
            "doctor": _doctor,
            "log": _log,
            "redact": _redact,
        }[arguments.command]
        return command(arguments, config)
    except AgentError as error:
        print(f"vigia-agent: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"vigia-agent: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vigia-agent", description="Reports this machine's health.")
    parser.add_argument("--version", action="version", version=f"vigia-agent {VERSION}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help=f"default {CONFIG_DEFAULT}")
    common.add_argument("--data", type=Path, metavar="DIR", help="where identity and spool live")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    enrol = commands.add_parser("enrol", parents=[common], help="give this machine its identity, once")
    enrol.add_argument("--controller", required=True, metavar="HOST[:PORT]", help="port 7444 without one")
    enrol.add_argument("--token", required=True)
    enrol.add_argument("--root", required=True, metavar="BASE64URL", help="the controller's root certificate")
    enrol.add_argument("--replace", action="store_true", help="give up the identity this machine has")

    commands.add_parser("run", parents=[common], help="watch and report until stopped")
    once = commands.add_parser("once", parents=[common], help="print what it sees right now")
    once.add_argument("--json", action="store_true")
    once.add_argument("--all", action="store_true", help="also what takes seconds to ask: pending updates")
    for name, told in (("show", "say what is sent, and to whom"), ("doctor", "say what hinders the link")):
        command = commands.add_parser(name, parents=[common], help=told)
        command.add_argument("--lang", choices=LANGUAGES, default=language_of(os.environ))
    settings = commands.add_parser(
        "config", parents=[common], help="print settings and thresholds in force, and where each came from"
    )
    settings.add_argument("--json", action="store_true")
    settings.add_argument("--lang", choices=LANGUAGES, default=language_of(os.environ))
    coverage = commands.add_parser(
        "coverage", parents=[common], help="say what is watched here, what is not, and why"
    )
    coverage.add_argument("--json", action="store_true")
    coverage.add_argument("--page", action="store_true", help="the page for every system, in Markdown")
    coverage.add_argument("--lang", choices=LANGUAGES, default=language_of(os.environ))
    log = commands.add_parser(
        "log", parents=[common], help="say what others asked of this machine, and what was done"
    )
    log.add_argument("--json", action="store_true", help="one object a line")
    log.add_argument("--lang", choices=LANGUAGES, default=language_of(os.environ))
    redact = commands.add_parser(
        "redact", parents=[common], help="mask secrets in files, as evidence is masked"
    )
    redact.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    redact.add_argument("--out", type=Path, metavar="DIR", help="without it, counts only")
    redact.add_argument("--json", action="store_true")
    _service_words(commands)
    return parser


def _service_words(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    install = commands.add_parser("install", help="become a service of this machine, or upgrade it in place")
    uninstall = commands.add_parser("uninstall", help="take the service away, with all that it kept")
    for command in (install, uninstall):
        command.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        command.add_argument("--root", type=Path, default=Path("/"), metavar="DIR",
                             help="a tree that is not running, such as an image being built")  # fmt: skip
        command.add_argument("--lang", choices=LANGUAGES, default=language_of(os.environ))
    install.add_argument("--print", choices=("launchd", "windows"), dest="system",
                         help="print another system's definition, not yet proven there")  # fmt: skip
    uninstall.add_argument("--keep-data", action="store_true", help="keep settings, identity, data, user")
    commands.add_parser("root-door")  # by its socket alone: agent/rootdoor


def _prepare(config: Config) -> None:
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # what it would write is told by us, in words
    logging.basicConfig(level=config.log_level.upper(), format=LOG_FORMAT, stream=sys.stderr)
    proxy = config.https_proxy or os.environ.get("https_proxy") or os.environ.get("HTTPS_PROXY")
    if proxy:
        os.environ["https_proxy"] = proxy  # gRPC looks for it in small letters only


def _enrol(arguments: argparse.Namespace, config: Config) -> int:
    import asyncio

    from agent.installation.stepping_down import enrol_as_owner

    as_owner = enrol_as_owner(config.data, arguments.words)
    if as_owner is not None:
        return as_owner

    from agent.chance import SystemChance
    from agent.clock import SystemClock
    from agent.disk import OsDisk
    from agent.enrolment import PastedLine, endpoint_of, enrol
    from agent.identity import IdentityStore

    line = PastedLine(endpoint_of(arguments.controller), arguments.token, arguments.root)
    store = IdentityStore(OsDisk(), config.data)
    identity = asyncio.run(enrol(line, store, SystemClock(), SystemChance(), replace=arguments.replace))
    print(f"enrolled as {identity.agent_id}; reports go to {identity.endpoint}; now: vigia-agent run")
    return 0


def _run(_arguments: argparse.Namespace, config: Config) -> int:
    from agent.lean import with_one_heap, without_openssl

    with_one_heap()
    without_openssl()  # before anything that imports asyncio: this process stays
    _step_down(config)
    import asyncio

    from agent.app import Surroundings, run_until_signalled

    asyncio.run(run_until_signalled(config, Surroundings()))
    return 0


def _once(arguments: argparse.Namespace, config: Config) -> int:
    import asyncio

    from agent.clock import SystemClock
    from agent.collectors import ALL, fitted
    from agent.collectors.watches import watch_collectors
    from agent.once import as_json, as_table, look_at_all
    from agent.schedule import Unhurried

    chosen = [one for one in ALL if arguments.all or not isinstance(one, Unhurried)]
    collectors = (*fitted(chosen, config), *watch_collectors(config.watches))
    readings = asyncio.run(look_at_all(collectors, SystemClock()))
    print(as_json(readings) if arguments.json else "\n".join(as_table(readings)))
    return 0


def _show(arguments: argparse.Namespace, config: Config) -> int:
    from agent.disk import OsDisk
    from agent.identity import IdentityStore
    from agent.show import explanation

    try:
        endpoint = config.controller or IdentityStore(OsDisk(), config.data).load().endpoint
    except AgentError:
        endpoint = None
    print("\n".join(explanation(config, endpoint, arguments.lang)))
    return 0


def _config(arguments: argparse.Namespace, config: Config) -> int:
    from agent.settings import as_json, as_table

    print(as_json(config) if arguments.json else "\n".join(as_table(config, arguments.lang)))
    return 0


def _coverage(arguments: argparse.Namespace, config: Config) -> int:
    _step_down(config)
    import asyncio

    from agent.clock import SystemClock
    from agent.collectors import ALL, fitted
    from agent.collectors.watches import watch_collectors
    from agent.coverage import ROWS
    from agent.coverage.here import as_json, as_lines, seen
    from agent.coverage.page import page
    from agent.once import look_at_all

    if arguments.page:
        print(page(ROWS), end="")
        return 0
    collectors = (*fitted(ALL, config), *watch_collectors(config.watches))
    found = seen(ROWS, asyncio.run(look_at_all(collectors, SystemClock())))
    print(as_json(found) if arguments.json else "\n".join(as_lines(found, arguments.lang)))
    return 0


def _doctor(arguments: argparse.Namespace, config: Config) -> int:
    _step_down(config)
    from agent.clock import SystemClock
    from agent.doctor import Doctor

    checks = Doctor(config, os.environ, SystemClock(), arguments.lang).checks()
    for check in checks:
        print(check.line(arguments.lang))
    return 1 if any(check.good is False for check in checks) else 0


def _log(arguments: argparse.Namespace, config: Config) -> int:
    _step_down(config)
    from agent.audit import Audit
    from agent.clock import SystemClock
    from agent.disk import OsDisk
    from agent.record import print_record

    lines = Audit(OsDisk(), config.data, SystemClock()).lines()
    return print_record(lines, arguments.lang, as_json=arguments.json)


def _redact(arguments: argparse.Namespace, _config: Config) -> int:
    from agent.redaction import redact_paths

    return redact_paths(arguments.paths, arguments.out, as_json=arguments.json)


def _step_down(config: Config) -> None:
    from agent.installation.stepping_down import step_down

    step_down(config.data)


def _install(arguments: argparse.Namespace) -> int:
    from agent.installation import command

    if arguments.system:
        return command.print_definition(arguments.system)
    return command.install(arguments.root, arguments.lang, dry_run=arguments.dry_run)


def _uninstall(arguments: argparse.Namespace) -> int:
    from agent.installation import command

    return command.uninstall(
        arguments.root, arguments.lang, keep_data=arguments.keep_data, dry_run=arguments.dry_run
    )


def _root_door(_arguments: argparse.Namespace) -> int:
    from agent.lean import without_openssl

    without_openssl()
    from agent.rootdoor.door import serve_as_started

    return serve_as_started()


WITHOUT_CONFIG = {"install": _install, "uninstall": _uninstall, "root-door": _root_door}
