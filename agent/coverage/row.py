"""One line of what is watched."""

from dataclasses import dataclass

from agent.signals import Reading

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """One signal. `title` and `unseen` (what of it is not seen, and why) are (English, Spanish).

    `collectors` bring it, `tells` are the metrics that show that it is there (none: any of them), `rules`
    judge it. `linux` says where it comes from; `windows` and `macos` where it comes from there or, if nothing
    reads it, what would tell it. `about`: of its collectors' gaps, only those with this word are its own.
    `unproven`: systems ("windows", "macos") whose source is read, after its documented format, and was never
    seen to work there.
    """

    title: tuple[str, str]
    collectors: tuple[str, ...]
    rules: tuple[str, ...]
    linux: str
    windows: str = ""
    macos: str = ""
    tells: tuple[str, ...] = ()
    unseen: tuple[str, str] = ("", "")
    about: str = ""
    unproven: tuple[str, ...] = ()

    def reads(self, collector: str) -> bool:
        """Whether that collector ("watch:NAME" is "watch") brings it."""
        return collector in self.collectors or collector.partition(":")[0] in self.collectors

    def is_told_by(self, reading: Reading) -> bool:
        """Whether the reading has a figure of it."""
        return any(not self.tells or metric.name in self.tells for metric in reading.metrics)


def elsewhere(source: str, *, unproven: bool = False) -> str:
    """What is known on a system whose collectors are not written: nothing, and what would tell."""
    if unproven:
        return f"{source} (not yet proven there)"
    return f"{UNKNOWN}; {source} would tell" if source else UNKNOWN
