"""Units, memory and certificates of a real machine, as it told of them."""

from datetime import datetime
from pathlib import Path

from agent.collectors.system.certificates.expiry import Expiry
from agent.collectors.system.kernel.log import KernelLog
from agent.collectors.system.units import Units
from agent.config import Role
from agent.rules import Judge
from tests.agent.recorded import Once, Recording, plain, told
from tests.agent.rules.story import Story


def test_a_unit_that_crashes_over_and_over_and_one_that_failed(tmp_path: Path) -> None:
    """systemd 252. The first count seen is the base: 31 restarts, 52 two minutes later; a watch names it."""
    (tmp_path / "systemd/system").mkdir(parents=True)
    judge = Judge(Role.SERVER, iter(map(str, range(9))).__next__, watched=["caja.service"])
    story, at = Story(judge=judge), [0.0]
    before, after = (Recording(f"system-crash-loop-{number}").answers() for number in (1, 2))
    units = Units(before, str(tmp_path), lambda: at[0])
    assert plain(told(story, units)) == {
        ("unit.failed", "contabilidad.service", "high"),
        ("unit.failed", "tienda.service", "high"),
    }
    at[0] = 120.0
    units._ask = after
    assert plain(told(story, units, 120, 60)) == {("unit.crash_loop", "caja.service", "critical")}


def test_a_process_that_ate_the_memory_is_named_with_its_unit(tmp_path: Path) -> None:
    recording = Recording("system-memory")
    kernel, machine = recording.kernel(), recording.on(tmp_path)
    killed = (tmp_path / "proc/vmstat").read_text()
    machine.says("proc/vmstat", killed.replace("oom_kill 1", "oom_kill 0"))
    log = KernelLog(machine.roots, monotonic=lambda: kernel[-1].at_s + 5, source=Once(()))
    story = Story()
    assert told(story, log) == []
    machine.says("proc/vmstat", killed)
    log._source = Once(kernel)
    (found,) = told(story, log)
    assert (found.rule, found.severity.value) == ("memory.oom_kill", "high")
    assert (found.facts["process_name"], found.facts["unit_name"]) == ("python3", "contabilidad.service")


def test_a_certificate_of_openssl_with_two_days_left(tmp_path: Path) -> None:
    """Made by OpenSSL 3.0 with an elliptic key."""
    recording = Recording("system-certificate")
    recording.on(tmp_path)
    path = str(tmp_path / "etc/ssl/tienda.pem")
    story = Story()
    story.now = datetime.fromisoformat(recording.sections["now"].strip())
    (found,) = told(story, Expiry(str(tmp_path / "etc"), files=[path]))
    assert (found.rule, found.object, found.severity.value) == ("certificate.expiry", path, "critical")
    assert found.facts["certificate_name"] == "tienda.example"
    assert 1.9 < float(found.facts["certificate_days_left"]) <= 2.0
