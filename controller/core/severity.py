"""The contract's three severities, from the least to the most severe."""

from enum import Enum


class Severity(Enum):
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for normal, 2 for critical: for comparing and sorting."""
        return ("normal", "high", "critical").index(self.value)
