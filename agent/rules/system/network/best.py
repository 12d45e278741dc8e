"""What something was at its best: the mark that it is held against."""

from agent.rules.rule import HOUR_S, Memory

# What is less for that long is meant so: another switch, a cable taken out for good.
MEANT_S = 7 * 24 * HOUR_S


def best(memory: Memory, name: str, value: float, at_s: float) -> float:
    """The highest value of that name, this one included; given up when it was not reached for a week."""
    kept = memory.get(name)
    if kept is None or value >= kept[0] or at_s - kept[1] > MEANT_S:
        kept = memory[name] = [value, at_s]
    return float(kept[0])
