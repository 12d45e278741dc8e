"""`vigia-agent doctor`: what hinders the link, one line a check, each problem with a way out.

Runs while the agent runs or not, changes nothing, and needs no controller to say something useful.
"""

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.clock import Clock
from agent.config import Config
from agent.disk import Disk, OsDisk
from agent.errors import AgentError, NotEnrolled
from agent.identity import Identity, IdentityStore
from agent.lastlink import LastLinkFile
from agent.probe import Probe
from agent.spool import Lane
from agent.spool.record import Found, scan
from agent.spool.state import read_state
from agent.words import say

CLOCK_MAX_S = 60.0
# Those that gRPC reads, in its order.
PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")


@dataclass(frozen=True, slots=True)
class Check:
    """`good` is None when it could not be judged (skipped). `said` is for people, with the way out."""

    name: str
    good: bool | None
    said: str

    def line(self, language: str) -> str:
        verdict = {True: "doctor.ok", False: "doctor.problem", None: "doctor.skipped"}[self.good]
        return f"{self.name:<12} {say(language, verdict):<9} {self.said}"


class Doctor:
    """Its checks in the order in which one would look."""

    def __init__(
        self,
        config: Config,
        environment: Mapping[str, str],
        clock: Clock,
        language: str,
        disk: Disk | None = None,
    ) -> None:
        self._config, self._environment, self._clock = config, environment, clock
        self._language = language
        self._disk = disk or OsDisk()
        self._store = IdentityStore(self._disk, config.data)

    def checks(self) -> list[Check]:
        """All of them; none raises."""
        said: list[Check] = [self._configuration(), self._data(), self._running()]
        try:
            identity = self._store.load()
        except AgentError as error:
            reason = self._say("not_enrolled") if isinstance(error, NotEnrolled) else str(error)
            return [*said, Check("identity", False, reason), self._proxy(""), self._spool()]
        endpoint = self._config.controller or identity.endpoint
        said += [self._key(), self._certificate(identity), self._last_link(), self._clocks()]
        said += self._way(identity, endpoint)
        return [*said, self._proxy(endpoint), self._spool()]

    def _configuration(self) -> Check:
        config = self._config
        told = self._say("config", source=config.source, role=config.role.value, watches=len(config.watches))
        return Check("config", True, told)

    def _data(self) -> Check:
        data, probe = self._config.data, self._config.data / "doctor"
        try:
            self._disk.replace(probe, b"")
            self._disk.unlink(probe)
            free_mib = self._disk.free_bytes(data) // 2**20
        except OSError as error:
            return Check("data", False, self._say("data_bad", data=data, reason=error.strerror))
        return Check("data", True, self._say("data", data=data, free_mib=free_mib))

    def _running(self) -> Check:
        try:
            # Taken only until this command ends, should nobody have it.
            alone = self._disk.lock(self._config.data / "lock")
        except OSError:
            return Check("agent", None, "")
        return Check("agent", not alone, self._say("not_running" if alone else "running"))

    def _key(self) -> Check:
        mode = self._store.path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            return Check("key", False, self._say("key_bad", path=self._store.path))
        return Check("key", True, self._say("key"))

    def _certificate(self, identity: Identity) -> Check:
        fault = identity.fault(self._clock.now())
        if fault:
            return Check("certificate", False, self._say("certificate_bad", reason=fault))
        return Check(
            "certificate", True, self._say("certificate", until=f"{identity.not_after:%Y-%m-%d %H:%M}")
        )

    def _last_link(self) -> Check:
        last = LastLinkFile(self._disk, self._config.data).read()
        if last.trouble and last.trouble_at:
            at = f"{last.trouble_at:%Y-%m-%d %H:%M:%S}"
            return Check("link", False, self._say("link_bad", at=at, reason=last.trouble))
        if last.connected_at is None:
            return Check("link", None, self._say("link_none"))
        return Check("link", True, self._say("link", at=f"{last.connected_at:%Y-%m-%d %H:%M:%S}"))

    def _clocks(self) -> Check:
        last = LastLinkFile(self._disk, self._config.data).read()
        if last.clock_ahead_s is None or last.connected_at is None:
            return Check("clock", None, self._say("clock_unknown"))
        ahead = f"{last.clock_ahead_s:+.1f}"
        if abs(last.clock_ahead_s) > CLOCK_MAX_S:
            return Check("clock", False, self._say("clock_bad", ahead_s=ahead))
        return Check(
            "clock", True, self._say("clock", ahead_s=ahead, at=f"{last.connected_at:%Y-%m-%d %H:%M:%S}")
        )

    def _way(self, identity: Identity, endpoint: str) -> list[Check]:
        """Name, port, TLS: each only when the one before holds."""
        probe = Probe(endpoint, self._clock)
        found: list[Check] = []
        steps: tuple[tuple[str, Callable[[], tuple[str, dict[str, object]]]], ...] = (
            ("name", probe.name),
            ("port", probe.port),
            ("tls", lambda: probe.tls(identity)),
        )
        for name, step in steps:
            key, facts = step()
            found.append(Check(name, key == name, self._say(key, **facts)))
            if key != name:
                break
        return found

    def _proxy(self, endpoint: str) -> Check:
        names = [name for name in PROXIES if self._environment.get(name)]
        if not names:
            return Check("proxy", True, self._say("proxy"))
        return Check("proxy", True, self._say("proxy_used", names=", ".join(names), endpoint=endpoint))

    def _spool(self) -> Check:
        folder = self._config.data / "spool"
        if not self._disk.exists(folder / "state"):
            return Check("spool", None, self._say("spool_none"))
        state = read_state(self._disk, folder / "state")
        if state is None:
            return Check("spool", False, self._say("spool_bad"))
        names = self._disk.list(folder)
        kib = sum(self._disk.size(folder / name) for name in names if name.endswith(".seg")) // 1024
        waiting = {lane: self._waiting(lane, state.lane(lane).acknowledged) for lane in Lane}
        told = self._say("spool", faults=waiting[Lane.FAULTS], metrics=waiting[Lane.METRICS], kib=kib)
        return Check("spool", True, told)

    def _waiting(self, lane: Lane, acknowledged: int) -> int:
        """Counted by reading: the files may be in use, so nothing is opened for writing."""
        folder = self._config.data / "spool"
        return sum(
            isinstance(piece, Found) and piece.record.sequence > acknowledged
            for name in self._disk.list(folder)
            if name.startswith(lane.name.lower()) and name.endswith(".seg")
            for piece in scan(self._disk.read(folder / name))
        )

    def _say(self, key: str, **facts: object) -> str:
        return say(self._language, f"doctor.{key}", **facts)
