"""`vigia-agent show`: in plain words, what is collected and sent, to whom, and what never leaves."""

from agent.collectors import ALL
from agent.config import Config
from agent.words import WORDS, say


def explanation(config: Config, endpoint: str | None, language: str) -> list[str]:
    """Lines for people. `endpoint` is None while the machine is not enrolled."""
    lines = [
        say(language, "show.title"),
        say(language, "show.config", source=_source(config, language), data=config.data),
        "",
        say(language, "show.collected"),
    ]
    for collector in ALL:
        key = f"show.{collector.name}"
        what = say(language, key if key in WORDS else "show.other", name=collector.name)
        lines.append("  - " + _paced(language, what, collector.every_s))
    lines += _points(language, "show.recorder", "show.inventory")
    lines += ["", *_watches(config, language), ""]
    if endpoint is None:
        lines.append(say(language, "show.not_enrolled"))
    else:
        lines.append(say(language, "show.sent", endpoint=endpoint))
        lines += _points(
            language, "show.sent_health", "show.sent_name", "show.sent_evidence", "show.sent_inventory"
        )
        lines.append("  - " + say(language, "show.sent_pull", policy=config.policy))
    lines += ["", say(language, "show.never")]
    lines += _points(
        language, "show.never_files", "show.never_input", "show.never_key", "show.never_commands"
    )
    return lines


def _paced(language: str, what: str, every_s: float) -> str:
    if every_s < 120:
        return say(language, "show.every_s", what=what, every=f"{every_s:.0f}")
    return say(language, "show.every_min", what=what, every=f"{every_s / 60:.0f}")


def _source(config: Config, language: str) -> str:
    return say(language, "source.defaults") if config.source == "defaults" else config.source


def _watches(config: Config, language: str) -> list[str]:
    if not config.watches:
        return [say(language, "show.no_watches")]
    return [
        say(language, "show.watches"),
        *(
            "  - "
            + say(
                language,
                "show.watch",
                name=watch.name,
                kind=say(language, f"show.{watch.kind}"),
                target=watch.target,
            )
            for watch in config.watches
        ),
    ]


def _points(language: str, *keys: str) -> list[str]:
    return ["  - " + say(language, key) for key in keys]
