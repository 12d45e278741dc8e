"""What protects Windows: antivirus and firewall, updates and a restart that wait, its certificates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.collectors.asking import Ask, Unanswered, ask
from agent.collectors.system.certificates.expiry import FORGOTTEN, Expiry
from agent.collectors.system.updates import counts
from agent.collectors.windows.powershell import Digest, Slow, listed, told, whole, word
from agent.config import Config
from agent.errors import AgentError
from agent.names import CERTIFICATE, CERTIFICATE_NAME, PROTECTION
from agent.signals import Gap, Metric, Reading

PROTECTED = (
    "$m=$null;try{$m=Get-MpComputerStatus}catch{};@{"
    "defender=$(if($m){@{on=[int]$m.RealTimeProtectionEnabled;normal=[int]($m.AMRunningMode -eq 'Normal')}});"
    "firewalls=@(Get-NetFirewallProfile|ForEach-Object{@{n=$_.Name;on=[int]$_.Enabled}})}"
)
RESTART = (
    "@{waits=[int]((Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
    "\\RebootPending') -or (Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate"
    "\\Auto Update\\RebootRequired'))}"
)
# Without going on line: what the system's own search found last.
PENDING = (
    "$s=(New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher();$s.Online=$false;"
    "$u=@($s.Search('IsInstalled=0 and IsHidden=0').Updates);@{pending=$u.Count;"
    "security=@($u|Where-Object{$_.MsrcSeverity}).Count;"
    "critical=@($u|Where-Object{$_.MsrcSeverity -eq 'Critical'}).Count}"
)
STORE = (
    "@{certificates=@(Get-ChildItem Cert:\\LocalMachine\\My|Where-Object{$_.HasPrivateKey}|ForEach-Object{"
    "@{id=$_.Thumbprint;name=$_.GetNameInfo('SimpleName',$false);"
    "until=([DateTimeOffset]$_.NotAfter).ToUnixTimeSeconds()}})}"
)
CERTIFICATES_MAX = 200


class Protection(Slow):
    """`vigia.protection.active` and `.enabled` of Defender and of each profile of the firewall, as on Linux.

    A profile that is off was switched off; Defender beside another product is passive, and not meant to run.
    """

    name = "protection"
    every_s = 1800.0

    def __init__(self, ask: Ask = ask) -> None:
        self._digest = Digest(ask, PROTECTED, 0.0)

    def read(self, now: datetime) -> Reading:
        products: dict[str, tuple[bool, bool]] = {}
        for row in listed(self._digest.told("firewalls"), "firewalls"):
            name, on = word(row.get("n")), whole(row.get("on"), 1)
            if not name or on is None:
                raise Unanswered("powershell: a firewall profile without its name or state")
            products[f"firewall {name}"] = (bool(on), True)
        defender = self._digest.told("defender")
        if isinstance(defender, dict) and whole(defender.get("on"), 1) is not None:
            products["defender"] = (bool(defender["on"]), bool(whole(defender.get("normal"), 1)))
        metrics = [Metric("vigia.protection.products", len(products), "{product}")]
        for product, (active, enabled) in sorted(products.items()):
            of = {PROTECTION: product}
            metrics.append(Metric("vigia.protection.active", float(active), "1", of))
            metrics.append(Metric("vigia.protection.enabled", float(enabled), "1", of))
        return Reading(self.name, now, 0.0, tuple(metrics))


class Updates(Slow):
    """`vigia.reboot.required` 0 or 1; `vigia.updates.pending`, of them `.security` and `.critical`."""

    name = "updates"
    every_s = 3600.0
    limit_s = 300.0

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask
        self._counted = Digest(ask, PENDING, 12 * 3600.0 - 60.0)

    def read(self, now: datetime) -> Reading:
        waits = whole(told(self._ask, RESTART).get("waits"), 1)
        if waits is None:
            raise Unanswered("powershell: it does not say whether a restart waits")
        metrics = [Metric("vigia.reboot.required", float(waits), "1")]
        gaps: list[Gap] = []
        try:
            found = [whole(self._counted.told(name)) for name in ("pending", "security", "critical")]
            if any(count is None for count in found):
                raise Unanswered("powershell: the counts of updates are none")
            metrics += counts(*(count or 0 for count in found))
        except AgentError as error:
            gaps.append(Gap(self.name, str(error)))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))


class StoreExpiry(Slow):
    """The certificates with a key in the machine's own store, beside those that files and ports show."""

    name = "certificates"
    every_s = 6 * 3600.0

    def __init__(self, ask: Ask = ask, files: Expiry | None = None, etc: str = "C:\\ProgramData") -> None:
        self._ask, self._files, self._etc = ask, files or Expiry(etc), etc

    def fit(self, config: Config) -> "StoreExpiry":
        return StoreExpiry(self._ask, self._files.fit(config), self._etc)

    def read(self, now: datetime) -> Reading:
        beside = self._files.read(now)
        try:
            own = _left(listed(told(self._ask, STORE).get("certificates"), "certificates"), now)
        except AgentError as error:
            return replace(beside, gaps=(*beside.gaps, Gap(self.name, str(error))))
        known = [metric for metric in beside.metrics if metric.name != "vigia.certs"]
        count = Metric("vigia.certs", len(known) + len(own), "{certificate}")
        return replace(beside, metrics=(*known, *own, count))


def _left(rows: Sequence[dict[str, Any]], now: datetime) -> list[Metric]:
    metrics: list[Metric] = []
    for row in rows[:CERTIFICATES_MAX]:
        until_s = whole(row.get("until"), 2**36)
        if until_s is None or not word(row.get("id")):
            raise Unanswered("powershell: a certificate without its end")
        ends = datetime.fromtimestamp(until_s, UTC)
        if now - ends < FORGOTTEN:
            of = {
                CERTIFICATE: f"LocalMachine\\My\\{word(row['id'])}",
                CERTIFICATE_NAME: word(row.get("name")),
            }
            metrics.append(Metric("vigia.cert.days_left", (ends - now) / timedelta(days=1), "d", of))
    return metrics
