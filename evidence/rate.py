"""How often a symptom was seen, and how much that says: "7 of 20, 18-57 %" (cause.md, The lab)."""

from dataclasses import dataclass
from math import sqrt

# The two-sided 95 % point of the normal distribution.
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Rate:
    """`seen` of `tried`, 0 <= seen <= tried. Tries that could not tell are in neither."""

    seen: int
    tried: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson score interval, each end in 0..1; (0, 1) while nothing was tried."""
        return wilson(self.seen, self.tried)

    def __str__(self) -> str:
        """As people write it down: "7 of 20, 18-57 %"."""
        if self.tried == 0:
            return "0 of 0"
        low, high = self.interval
        return f"{self.seen} of {self.tried}, {round(low * 100)}-{round(high * 100)} %"


def wilson(seen: int, tried: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval (E. B. Wilson 1927): honest for few tries too, and for rates near 0 or 1.

    Raises ValueError unless 0 <= seen <= tried.
    """
    if not 0 <= seen <= tried:
        raise ValueError(f"{seen} of {tried} is no rate")
    if tried == 0:
        return 0.0, 1.0
    share, z2 = seen / tried, z * z
    middle = share + z2 / (2 * tried)
    reach = z * sqrt(share * (1 - share) / tried + z2 / (4 * tried * tried))
    scale = 1 + z2 / tried
    low = 0.0 if seen == 0 else max(0.0, (middle - reach) / scale)
    high = 1.0 if seen == tried else min(1.0, (middle + reach) / scale)
    return low, high
