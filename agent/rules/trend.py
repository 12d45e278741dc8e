"""When will it be full? A straight line through the free bytes of the last hours."""

from collections.abc import Iterable
from dataclasses import dataclass

from agent.rules.rule import Memory

POINT_EVERY_S = 120.0
WINDOW_S = 6 * 3600.0
SPAN_MIN_S = 20 * 60.0
POINTS_MIN = 8
# Below this the points do not lie on a line: logs that are rotated, a build that comes and goes.
FIT_MIN = 0.8
# A decline too small to be told from noise.
DECLINE_MIN_RATIO = 0.005
OBJECTS_MAX = 256


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` in bytes of free space per second (negative: filling); `fit` is R squared, 0..1."""

    slope: float
    fit: float
    span_s: float


def observe(memory: Memory, name: str, at_s: float, free: float, size: float) -> float | None:
    """Takes in one sample and says in how many seconds nothing is left; None while that cannot be told.

    Keeps one point in two minutes for six hours; a filesystem of another size is another filesystem.
    """
    kept = memory.setdefault(name, {"size": size, "points": []})
    points: list[list[float]] = kept["points"]
    if kept["size"] != size or (points and at_s < points[-1][0]):
        kept["size"], kept["points"], kept["trend"] = size, (points := []), None
    if not points or at_s - points[-1][0] >= POINT_EVERY_S:
        points.append([at_s, free])
        while points[0][0] < at_s - WINDOW_S:
            points.pop(0)
        fitted = fit(points)
        kept["trend"] = [fitted.slope, fitted.fit, fitted.span_s] if fitted else None
        forget(memory, at_s)
    return left_s(Trend(*kept["trend"]), free, size) if kept.get("trend") else None


def fit(points: list[list[float]]) -> Trend | None:
    """Least squares; None for too few points or too short a time."""
    count = len(points)
    if count < POINTS_MIN or points[-1][0] - points[0][0] < SPAN_MIN_S:
        return None
    mean_t = sum(point[0] for point in points) / count
    mean_y = sum(point[1] for point in points) / count
    tt = sum((point[0] - mean_t) ** 2 for point in points)
    ty = sum((point[0] - mean_t) * (point[1] - mean_y) for point in points)
    yy = sum((point[1] - mean_y) ** 2 for point in points)
    return Trend(ty / tt, ty * ty / (tt * yy) if yy else 0.0, points[-1][0] - points[0][0])


def left_s(trend: Trend, free: float, size: float) -> float | None:
    """Seconds until full; None when it does not fill, or not on a line."""
    if trend.slope >= 0 or trend.fit < FIT_MIN or -trend.slope * trend.span_s < DECLINE_MIN_RATIO * size:
        return None
    return free / -trend.slope


def forget(memory: Memory, at_s: float) -> None:
    """Lets go of filesystems not seen for the window, and of the oldest beyond the limit."""
    old = [name for name, kept in memory.items() if kept["points"][-1][0] < at_s - WINDOW_S]
    for name in [*old, *_surplus(memory, len(old))]:
        memory.pop(name, None)


def _surplus(memory: Memory, already: int) -> Iterable[str]:
    return list(memory)[: max(0, len(memory) - already - OBJECTS_MAX)]
