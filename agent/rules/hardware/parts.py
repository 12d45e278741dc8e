"""What the rules about parts share: one part's state and figures out of a reading, and counters that rise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agent.names import ERROR_TYPE, HW_ID, HW_LIMIT, HW_MODEL, HW_NAME, HW_STATE, HW_TYPE, SMART_ATTRIBUTE
from agent.rules.rule import Memory
from agent.signals import Reading

# Attributes that tell one figure of a part from another of the same name.
WHICH = (ERROR_TYPE, HW_LIMIT, SMART_ATTRIBUTE)
OK, DEGRADED, FAILED, PREDICTED = "ok", "degraded", "failed", "predicted_failure"
REMEMBERED_MAX = 512


@dataclass(slots=True)
class Part:
    """`state` is None where nothing tells it. Figures are kept by name, or "name:which"."""

    id: str
    kind: str
    state: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.attributes.get(HW_NAME) or self.id

    @property
    def model(self) -> str:
        return self.attributes.get(HW_MODEL, "")

    def figure(self, name: str, which: str = "") -> float | None:
        return self.figures.get(f"{name}:{which}" if which else name)

    def by(self, name: str) -> Iterator[tuple[str, float]]:
        """(which, value) of every figure of that name."""
        for key, value in self.figures.items():
            if key.startswith(f"{name}:"):
                yield key[len(name) + 1 :], value


def parts(reading: Reading, *kinds: str) -> list[Part]:
    """The parts of those kinds (all without any), in the order they are told."""
    found: dict[tuple[str, str], Part] = {}
    for metric in reading.metrics:
        of = metric.attributes
        if HW_ID not in of or (kinds and of.get(HW_TYPE) not in kinds):
            continue
        key = (of[HW_TYPE], of[HW_ID])
        part = found.setdefault(key, Part(of[HW_ID], of[HW_TYPE]))
        part.attributes.update({name: value for name, value in of.items() if name not in WHICH})
        if metric.name == "hw.status":
            part.state = of[HW_STATE]
        else:
            which = next((of[name] for name in WHICH if name in of), "")
            part.figures[f"{metric.name}:{which}" if which else metric.name] = metric.value
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Rise:
    """How a counter moved: what it is, by how much it rose in the last `within_s`, when it last did so."""

    count: float
    risen: float
    last_s: float | None


def rise(memory: Memory, key: str, count: float, at_s: float, within_s: float) -> Rise:
    """Takes in one value of a counter. What it was when first seen is old news; a lower value is a new start.

    Rises are kept for `within_s`, at most 32 of them: beyond, the oldest two are told as one.
    """
    kept = memory.setdefault(key, {"count": count, "rises": []})
    rises: list[list[float]] = kept["rises"]
    if count > kept["count"]:
        rises.append([at_s, count - kept["count"]])
    kept["count"], kept["at_s"] = count, at_s
    rises[:] = [one for one in rises if 0 <= at_s - one[0] < within_s]
    if len(rises) > 32:
        rises[:2] = [[rises[1][0], rises[0][1] + rises[1][1]]]
    _forget(memory)
    return Rise(count, sum(one[1] for one in rises), rises[-1][0] if rises else None)


def _forget(memory: Memory) -> None:
    """Beyond the limit the counter longest not seen goes."""
    if len(memory) > REMEMBERED_MAX:
        oldest = min(memory, key=lambda key: memory[key].get("at_s", 0.0))
        del memory[oldest]


def joined(names: Mapping[str, object] | list[str]) -> str:
    """Names as one fact."""
    return ", ".join(names)


DAY_S = 86_400.0
WEEK_S = 7 * DAY_S
