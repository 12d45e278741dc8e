"""How many days certificates are still valid."""

import binascii
import json
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from agent.collectors.procfs import TEXT_LIMIT_BYTES
from agent.collectors.system.certificates import der, places
from agent.collectors.system.child import child
from agent.config import Config, Watch
from agent.errors import AgentError
from agent.names import CERTIFICATE, CERTIFICATE_NAME
from agent.rootdoor.asked import certificate as by_root
from agent.signals import Gap, Metric, Reading

TLS_PORTS = (443, 465, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 5671, 6514, 8443, 8883, 9443)
TARGETS_MAX = 64
# What expired this long ago and still is only named in a file: nobody uses it.
FORGOTTEN = timedelta(days=30)
CERTIFICATE_BYTES = 16 * 1024


class Expiry:
    """`vigia.cert.days_left` by `vigia.cert.source` (a path, or host:port), negative once expired.

    `files` and `targets` are those that a configuration names: each is a gap when it cannot be read. Of the
    files found in servers' configurations only those that can be read are told.
    """

    name = "certificates"
    every_s = 3600.0
    limit_s = 60.0

    def __init__(
        self,
        etc: str = "/etc",
        files: Sequence[str] = (),
        targets: Sequence[str] = (),
        served: Callable[[Sequence[str]], bytes] | None = None,
    ) -> None:
        self._etc, self._files, self._targets = etc, files, targets
        self._ask = served or _ask

    def fit(self, config: Config) -> "Expiry":
        """The same, with the configuration's own files and ports, and those of its watches."""
        own = config.certificates
        files = [one for one in own if one.startswith("/")]
        targets = [one for one in own if not one.startswith("/")]
        return Expiry(self._etc, files, [*targets, *tls_ports(config.watches)], self._ask)

    def overdue(self, now: datetime, waited_s: float) -> Reading | None:  # noqa: ARG002
        return None

    def read(self, now: datetime) -> Reading:
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for path in self._files:
            try:
                metrics.append(left(path, der.read(first(path)), now))
            except (OSError, ValueError) as error:
                gaps.append(Gap(self.name, f"{path}: {getattr(error, 'strerror', None) or error}"))
        for path in places.named(self._etc):
            if path not in self._files:
                try:
                    metrics += self._found(path, now)
                except PermissionError as error:
                    gaps.append(Gap(self.name, f"{path}: {error.strerror or error}"))
        closed = places.closed(self._etc)
        if closed:
            gaps.append(Gap(self.name, closed))
        if self._targets:
            self._served(now, metrics, gaps)
        metrics.append(Metric("vigia.certs", len(metrics), "{certificate}"))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _found(self, path: str, now: datetime) -> list[Metric]:
        """Nothing where there is no certificate. Raises PermissionError: one that is not told is a gap."""
        try:
            certificate = der.read(first(path))
        except PermissionError:
            raise
        except (OSError, ValueError):
            return []
        return [left(path, certificate, now)] if now - certificate.until < FORGOTTEN else []

    def _served(self, now: datetime, metrics: list[Metric], gaps: list[Gap]) -> None:
        try:
            told = self._ask(list(dict.fromkeys(self._targets))[:TARGETS_MAX])
        except AgentError as error:
            gaps.append(Gap(self.name, f"served certificates: {error}"))
            return
        for line in told.splitlines():
            answer = json.loads(line)
            try:
                if "der" not in answer:
                    raise ValueError(answer["fault"])
                certificate = der.read(binascii.a2b_base64(answer["der"]))
                metrics.append(left(answer["target"], certificate, now))
            except ValueError as error:
                gaps.append(Gap(self.name, f"{answer['target']}: {error}"))


def left(source: str, certificate: der.Certificate, now: datetime) -> Metric:
    days = (certificate.until - now) / timedelta(days=1)
    return Metric(
        "vigia.cert.days_left", days, "d", {CERTIFICATE: source, CERTIFICATE_NAME: certificate.name}
    )


def first(path: str) -> bytes:
    """The file's first certificate as DER, by us or, where only root may read it, by root. Raises OSError,
    ValueError."""
    try:
        return der.first_of_pem(contents(path))
    except PermissionError:
        return by_root(path)


def contents(path: str) -> bytes:
    """The file's beginning. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return os.read(descriptor, TEXT_LIMIT_BYTES)
    finally:
        os.close(descriptor)


def tls_ports(watches: Iterable[Watch]) -> list[str]:
    """host:port of the watches that speak TLS from the first byte."""
    found = []
    for watch in watches:
        if watch.kind == "http" and (parts := urlsplit(watch.target)).scheme == "https":
            found.append(f"{parts.hostname}:{parts.port or 443}")
        elif watch.kind == "tcp" and int(watch.target.rpartition(":")[2]) in TLS_PORTS:
            found.append(watch.target)
    return found


def _ask(targets: Sequence[str]) -> bytes:
    done = child(
        "agent.collectors.system.certificates.served", *targets, timeout_s=50.0,
        limit_bytes=CERTIFICATE_BYTES * len(targets),
    )  # fmt: skip
    return done.stdout[: done.stdout.rfind(b"\n") + 1]  # what was told before a limit counts
