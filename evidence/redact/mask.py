"""The mask that stands where a secret stood: equal secrets stay equal within one bundle, unknown to all."""

import hashlib
import hmac
import re

MASK = re.compile(r"\[redacted:[a-z_]{1,24}:[0-9a-f]{8}\]")


class Masker:
    """Makes masks and remembers the values behind them, for the second pass. One per bundle."""

    def __init__(self, salt: bytes) -> None:
        if len(salt) < 16:
            raise ValueError("salt: at least 16 random bytes, new for each bundle")
        self._salt = salt
        self.values: dict[str, str] = {}
        """Value -> rule that first found it. Never leaves the process."""

    def mask(self, value: str, rule: str) -> str:
        """`[redacted:RULE:8hex]`; the eight digits depend on salt and value alone."""
        self.values.setdefault(value, rule)
        digest = hmac.new(self._salt, value.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"[redacted:{rule}:{digest.hexdigest()[:8]}]"
