"""How severe a finding is. The agent proposes; the controller decides (contract.md, design/signals.md)."""

from controller.core.severity import Severity

WATCH_DOWN = "watch.down"
AGENT_SILENT = "agent.silent"
SITE_SILENT = "site.silent"
AGENT_CLONED = "agent.cloned"
# Only the controller sees these begin and end; what an agent restates says nothing about them.
OURS = frozenset({AGENT_SILENT, SITE_SILENT, AGENT_CLONED})

# Users switch everything off when critical is overused: only these may be it (signals.md, Health).
MAY_BE_CRITICAL = frozenset(
    {
        WATCH_DOWN,
        AGENT_SILENT,
        SITE_SILENT,
        "filesystem.space",
        "filesystem.inodes",
        "filesystem.readonly",
        "memory.available",
        "memory.oom_kill",
        "boot.unexpected",
        "raid.degraded",
        "smart.failed",
        "smart.sectors",
        "nvme.warning",
        "disk.temperature",
        "disk.kernel_errors",
        "hardware.error",
        "ecc.errors",
        "temperature.high",
        "fan.stopped",
        "ipmi.sensor",
        "ups.battery",
        "kernel.freeze",
        "unit.failed",
        "unit.crash_loop",
        "reach.lost",
        "certificate.expiry",
        "backup.state",
    }
)


def decided(rule: str, proposed: Severity, machine_role: str) -> Severity:
    """`machine_role` is ours: server, desktop or laptop. The outage of a watched service or of a server is
    critical; any other rule keeps what it proposes, up to what it may be."""
    if rule == WATCH_DOWN:
        return Severity.CRITICAL
    if rule == AGENT_SILENT:
        return Severity.CRITICAL if machine_role == "server" else Severity.HIGH
    if proposed is Severity.CRITICAL and rule not in MAY_BE_CRITICAL:
        return Severity.HIGH
    return proposed
