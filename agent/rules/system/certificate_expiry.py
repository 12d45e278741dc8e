"""A certificate expires soon or has: the shop's site or the mail stops.

Facts: `certificate_source` (a path, or host:port), `certificate_name`, `certificate_days_left` (negative once
expired).
"""

from collections.abc import Iterable

from agent.names import CERTIFICATE, CERTIFICATE_NAME
from agent.rules.rule import HOUR_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class CertificateExpiry:
    """Critical expired or within 3 days, high within 7, normal within 21; over once it is renewed."""

    id = "certificate.expiry"
    reads = "certificates"
    FACTS = ("certificate_source", "certificate_name", "certificate_days_left")
    LIMITS = (
        Limit("critical_days", 3, 0, 365, at_most="high_days"),
        Limit("high_days", 7, 0, 365, at_most="normal_days"),
        Limit("normal_days", 21, 0, 365),
    )
    clear_s = 0.0
    forgets = True
    blind_max_s = 3 * HOUR_S

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for metric in reading.metrics:
            if metric.name != "vigia.cert.days_left":
                continue
            days = metric.value
            critical, high, normal = (terms[f"{name}_days"] for name in ("critical", "high", "normal"))
            levels = (
                Level(Severity.CRITICAL, days < critical, days >= critical),
                Level(Severity.HIGH, days < high, days >= high),
                Level(Severity.NORMAL, days < normal, days >= normal),
            )
            source = metric.attributes[CERTIFICATE]
            facts = {
                "certificate_source": source,
                "certificate_name": metric.attributes.get(CERTIFICATE_NAME, ""),
                "certificate_days_left": plain(round(days, 1)),
            }
            yield Sight(source, levels, facts)
