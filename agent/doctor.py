"""`vigia-agent doctor`: what hinders the link, one line a check, each problem with a way out.

Runs while the agent runs or not, changes nothing, and needs no controller to say something useful.
"""

import asyncio
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from agent.clock import Clock
from agent.config import Config
from agent.disk import Disk, OsDisk
from agent.errors import AgentError, NotEnrolled
from agent.identity import Identity, IdentityStore
from agent.lastlink import LastLinkFile
from agent.probe import Probe, Step, why
from agent.proxy import VARIABLES, Proxy, proxy_for
from agent.recovery import AttemptFile, State
from agent.renewal import facts_of
from agent.spool import Lane
from agent.spool.record import Found, scan
from agent.spool.state import read_state
from agent.words import WORDS, counted, say

CLOCK_MAX_S = 60.0
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Check:
    """`good` is None when it could not be judged (skipped). `said` is for people, with the way out."""

    name: str
    good: bool | None
    said: str

    def line(self, language: str) -> str:
        verdict = {True: "doctor.ok", False: "doctor.problem", None: "doctor.skipped"}[self.good]
        name = say(language, f"check.{self.name}")
        return f"{name:<13} {say(language, verdict):<9} {self.said}"


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
        running = self._running()
        said: list[Check] = [self._configuration(), self._data(), running]
        try:
            identity = self._store.load()
        except AgentError as error:
            key = "not_enrolled" if isinstance(error, NotEnrolled) else "identity_bad"
            return [*said, Check("identity", False, self._say(key, path=self._store.path)), self._spool()]
        endpoint = self._config.controller or identity.endpoint
        said += [self._key(), self._certificate(identity, running), *self._recovery(identity)]
        said += [self._last_link(running), self._clocks()]
        proxy, about = self._proxy(endpoint)
        said.append(about)
        if about.good:
            said += self._way(replace(identity, endpoint=endpoint), proxy)
        return [*said, self._spool()]

    def _configuration(self) -> Check:
        config = self._config
        source = say(self._language, "source.defaults") if config.source == "defaults" else config.source
        role = say(self._language, f"role.{config.role.value}")
        watches = counted(self._language, "doctor.watches", len(config.watches))
        told = self._say("config", source=source, role=role, watches=watches)
        return Check("config", True, told)

    def _data(self) -> Check:
        data, probe = self._config.data, self._config.data / "doctor"
        try:
            self._disk.replace(probe, b"")
            self._disk.unlink(probe)
            free_mib = self._disk.free_bytes(data) // 2**20
        except OSError as error:
            return Check("data", False, self._say("data_bad", data=data, reason=why(error)))
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

    def _certificate(self, identity: Identity, running: Check) -> Check:
        now, until = self._clock.now(), f"{identity.not_after:%Y-%m-%d %H:%M}"
        there = now - timedelta(seconds=self._ahead_s() or 0.0)
        if identity.fault(now) and identity.fault(there) is None:
            return Check("certificate", True, self._say("certificate_clock", until=until))
        if there > identity.not_after:
            key = "certificate_waits" if running.good else "certificate_bad"
            return Check("certificate", False, self._say(key, until=until))
        if now < identity.not_before:
            since = f"{identity.not_before:%Y-%m-%d %H:%M}"
            return Check("certificate", False, self._say("certificate_early", since=since))
        return Check("certificate", True, self._say("certificate", until=until))

    def _last_link(self, running: Check) -> Check:
        last = LastLinkFile(self._disk, self._config.data).read()
        trouble = self._trouble(last.trouble)
        if running.good is False:
            at = f"{last.connected_at:%Y-%m-%d %H:%M:%S}" if last.connected_at else ""
            key = "link_stopped_none" if not at else "link_stopped_bad" if trouble else "link_stopped"
            reason = trouble or self._say("link_never_tried")
            return Check("link", False, self._say(key, at=at, reason=reason))
        if last.trouble and last.trouble_at:
            at = f"{last.trouble_at:%Y-%m-%d %H:%M:%S}"
            return Check("link", False, self._say("link_bad", at=at, reason=trouble))
        if last.connected_at is None:
            return Check("link", None, self._say("link_none"))
        return Check("link", True, self._say("link", at=f"{last.connected_at:%Y-%m-%d %H:%M:%S}"))

    def _recovery(self, identity: Identity) -> list[Check]:
        """Nothing where the certificate never was in question."""
        last = AttemptFile(self._disk, self._config.data).read()
        if last is None or (last.expired_at != identity.not_after and last.state is not State.RECOVERED):
            return []
        good = last.state in (State.RECOVERED, State.NOT_NEEDED)
        return [
            Check("recovery", good, say(self._language, f"recovery.{last.state.value}", **facts_of(last)))
        ]

    def _ahead_s(self) -> float | None:
        """Our clock minus the controller's, in seconds, as it was seen last; None when it never was."""
        tried = AttemptFile(self._disk, self._config.data).read()
        last = LastLinkFile(self._disk, self._config.data).read()
        seen = [(tried.at, tried.ahead_s)] if tried and tried.ahead_s is not None else []
        if last.connected_at is not None and last.clock_ahead_s is not None:
            seen.append((last.connected_at, last.clock_ahead_s))
        return max(seen)[1] if seen else None

    def _clocks(self) -> Check:
        ahead_s = self._ahead_s()
        if ahead_s is not None and abs(ahead_s) >= DAY_S:
            way = "clock.ahead" if ahead_s > 0 else "clock.behind"
            return Check("clock", False, self._say("clock_far", days=f"{abs(ahead_s) / DAY_S:.0f}", way=way))
        last = LastLinkFile(self._disk, self._config.data).read()
        if last.clock_ahead_s is None or last.connected_at is None:
            return Check("clock", None, self._say("clock_unknown"))
        ahead = f"{last.clock_ahead_s:+.1f}"
        if abs(last.clock_ahead_s) > CLOCK_MAX_S:
            return Check("clock", False, self._say("clock_bad", ahead_s=ahead))
        return Check(
            "clock", True, self._say("clock", ahead_s=ahead, at=f"{last.connected_at:%Y-%m-%d %H:%M:%S}")
        )

    def _trouble(self, told: str) -> str:
        """What the log said in English, in the user's language as far as we have the words."""
        if self._language == "en":
            return told
        known = (key for key in WORDS if key.startswith("trouble.") and WORDS[key][0] in told)
        found = [say(self._language, key) for key in known]
        return "; ".join(found) or told

    def _way(self, identity: Identity, proxy: Proxy | None) -> list[Check]:
        """The hops as the link takes them: each only when the one before holds."""
        probe = Probe(identity.endpoint, self._clock, proxy)
        found: list[Check] = []
        steps: list[tuple[str, Callable[[], Step]]] = [("name", probe.name), ("port", probe.port)]
        if proxy:
            steps.append(("tunnel", probe.tunnel))
        steps += [("tls", lambda: probe.tls(identity)), ("service", lambda: _service(identity))]
        for name, step in steps:
            key, facts = step()
            if key == "tls_refused" and identity.fault(self._clock.now()):
                key = "tls_expired"
            found.append(Check(name, key == name, self._say(key, **facts)))
            if key != name:
                break
        return found

    def _proxy(self, endpoint: str) -> tuple[Proxy | None, Check]:
        name = next((name for name in VARIABLES if self._environment.get(name)), None)
        if name is None:
            return None, Check("proxy", True, self._say("proxy"))
        try:
            proxy = proxy_for(self._environment, endpoint.rpartition(":")[0].strip("[]"))
        except ValueError:
            return None, Check("proxy", False, self._say("proxy_bad", name=name))
        key = "proxy_used" if proxy else "proxy_except"
        return proxy, Check("proxy", True, self._say(key, name=name, endpoint=endpoint))

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
        told = self._say(
            "spool",
            faults=counted(self._language, "doctor.faults", waiting[Lane.FAULTS]),
            metrics=counted(self._language, "doctor.snapshots", waiting[Lane.METRICS]),
            kib=kib,
        )
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
        facts = {
            name: say(self._language, value) if isinstance(value, str) and value in WORDS else value
            for name, value in facts.items()
        }
        return say(self._language, f"doctor.{key}", **facts)


def _service(identity: Identity) -> Step:
    """Does the agents' service answer there, and to us? gRPC is loaded only now."""
    from agent.link.calls import looked_in

    key, reason = asyncio.run(looked_in(identity))
    return key, {"endpoint": identity.endpoint, "reason": reason}
