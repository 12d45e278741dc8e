"""The command as people meet it: a process, its output, its exit code; the service with its signals."""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from protos.vigia.v1 import agent_pb2 as pb
from tests.support.agent_authority import TestAuthority
from tests.support.agent_controller import ListeningController

HOME = str(Path(__file__).parents[2])


async def started(*words: str, language: str = "C") -> Process:
    environment = {**os.environ, "PYTHONPATH": HOME, "LC_ALL": language}
    for name in ("VIGIA_AGENT_CONFIG", "no_proxy", "NO_PROXY"):
        environment.pop(name, None)
    argv = (sys.executable, "-m", "agent", *words)
    return await asyncio.create_subprocess_exec(*argv, stdout=PIPE, stderr=PIPE, env=environment)


async def agent(*words: str, language: str = "C") -> tuple[int, str, str]:
    """(exit code, standard output, standard error)"""
    process = await started(*words, language=language)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def controller() -> AsyncIterator[ListeningController]:
    async with ListeningController() as listening:
        yield listening


@pytest.fixture
def common(tmp_path: Path) -> list[str]:
    config = tmp_path / "agent.toml"
    config.write_text(f'data = "{tmp_path}/data"\nrole = "server"\n')
    return ["--config", str(config)]


async def enrolled(controller: ListeningController, common: list[str]) -> None:
    endpoint = f"127.0.0.1:{controller.enrolment_port}"
    line = ["--controller", endpoint, "--token", controller.token, "--root", controller.authority.root_line]
    code, out, err = await agent("enrol", *line, *common)
    assert (code, err) == (0, "")
    assert "enrolled as agent-of-the-tests" in out


@asynccontextmanager
async def running(common: list[str]) -> AsyncIterator[Process]:
    process = await started("run", *common)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_enrol_run_and_a_goodbye_on_sigterm(controller: ListeningController, common: list[str]) -> None:
    await enrolled(controller, common)
    async with running(common) as process:
        await controller.until(lambda: controller.heard("open_conditions"), 20)
        loaded = Path(f"/proc/{process.pid}/maps")
        if loaded.exists():
            assert "libssl" not in loaded.read_text(), "four MiB that the resident agent does without"
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
    assert controller.heard("goodbye")[0].goodbye.reason == pb.GOODBYE_REASON_STOPPED


async def test_a_watched_port_that_closes_is_a_critical_finding_with_evidence_and_clears_under_its_id(
    controller: ListeningController, common: list[str], tmp_path: Path
) -> None:
    """The service dies, the agent says so within seconds; the agent is killed; the service returns."""
    shop = socket.create_server(("127.0.0.1", 0))
    port = shop.getsockname()[1]
    with (tmp_path / "agent.toml").open("a") as config:
        config.write(f'[[watch]]\nname = "shop"\nkind = "tcp"\ntarget = "127.0.0.1:{port}"\n')
    await enrolled(controller, common)
    async with running(common) as process:
        await controller.until(lambda: controller.heard("open_conditions"), 20)
        shop.close()
        await controller.until(lambda: "evidence" in kinds(controller), 20)
        process.kill()
        await process.wait()
    shop = socket.create_server(("127.0.0.1", port))
    with shop:
        async with running(common):
            await controller.until(lambda: kinds(controller).count("finding") == 2, 40)
    raised, cleared = (m.finding for m in spooled(controller) if m.HasField("finding"))
    assert (raised.rule, raised.object) == ("watch.down", "shop")
    assert raised.proposed_severity == pb.SEVERITY_CRITICAL
    assert cleared.state == pb.FINDING_STATE_CLEARED
    assert cleared.finding_id == raised.finding_id
    assert [m.evidence.finding_id for m in spooled(controller) if m.HasField("evidence")] == [
        raised.finding_id
    ]


def spooled(controller: ListeningController) -> list[pb.Spooled]:
    return [message for _, message in sorted(controller.committed.items())]


def kinds(controller: ListeningController) -> list[str]:
    return [str(message.WhichOneof("record")) for message in spooled(controller)]


async def test_two_agents_on_one_folder_are_one_too_many(
    controller: ListeningController, common: list[str]
) -> None:
    await enrolled(controller, common)
    async with running(common):
        await controller.until(lambda: controller.heard("hello"), 20)
        code, _, err = await agent("run", *common)
    assert code == 1
    assert "another vigia-agent runs on" in err


async def test_run_without_an_identity_says_how_to_get_one(common: list[str]) -> None:
    code, _, err = await agent("run", *common)
    assert code == 1
    assert "not enrolled" in err
    assert len(err.splitlines()) == 1


async def test_once_prints_what_it_sees(common: list[str]) -> None:
    code, out, _ = await agent("once", *common)
    assert code == 0
    assert "system.cpu.utilization" in out
    code, out, _ = await agent("once", "--json", *common)
    assert {"cpu", "memory", "filesystems"} <= {reading["collector"] for reading in json.loads(out)}


async def test_show_speaks_the_users_language(common: list[str], tmp_path: Path) -> None:
    with (tmp_path / "agent.toml").open("a") as config:
        config.write('[[watch]]\nname = "caja"\nkind = "unit"\ntarget = "caja.service"\n')
    _, out, _ = await agent("show", *common, language="es_ES.UTF-8")
    assert "Lo que nunca sale de este equipo" in out
    assert "caja: unidad caja.service" in out
    _, out, _ = await agent("show", "--lang", "en", *common, language="es_ES.UTF-8")
    assert "What never leaves this machine" in out


@pytest.mark.parametrize("words", [[], ["fly"], ["run", "--config", "/none.toml"], ["enrol", "--token", "x"]])
async def test_usage_errors_exit_with_two(words: list[str]) -> None:
    code, _, err = await agent(*words)
    assert code == 2
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        (
            "no-such-host.invalid:1",
            1,
            "its name has no address here (DNS); the enrolment port is usually 7444",
        ),
        ("https://vigia.example", 2, "as in vigia.example:7444"),
        ("vigia.example:many", 2, "is not HOST:PORT"),
    ],
)
async def test_a_controller_that_is_not_there_is_told_in_words(
    common: list[str], given: str, code: int, told: str
) -> None:
    line = ["--controller", given, "--token", "t", "--root", TestAuthority().root_line]
    left, _, err = await agent("enrol", *line, *common)
    assert left == code
    assert told in err
    assert len(err.splitlines()) == 1


async def test_doctor_finds_nothing_wrong_while_all_is_well(
    controller: ListeningController, common: list[str]
) -> None:
    await enrolled(controller, common)
    async with running(common):
        await controller.until(lambda: controller.heard("open_conditions"), 20)
        code, out, _ = await agent("doctor", *common)
    assert code == 0, out
    assert "problem" not in out


async def test_doctor_tells_a_plaintext_port(controller: ListeningController, common: list[str]) -> None:
    """Somebody forwarded the port to a web server."""
    await enrolled(controller, common)
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"127.0.0.1:{server.getsockname()[1]}"
        threading.Thread(target=_answer_in_plaintext, args=(server,), daemon=True).start()
        append(common, f'controller = "{endpoint}"\n')
        code, out, _ = await agent("doctor", *common)
    assert code == 1
    assert f"{endpoint} answers without TLS" in out


async def test_doctor_tells_a_stranger_in_between(controller: ListeningController, common: list[str]) -> None:
    await enrolled(controller, common)
    async with ListeningController(TestAuthority("somebody else")) as stranger:
        append(common, f'controller = "{stranger.endpoint}"\n')
        code, out, _ = await agent("doctor", *common)
    assert code == 1
    assert "another certificate than the controller's" in out


async def test_doctor_tells_a_closed_port_a_bad_name_and_an_open_key(
    controller: ListeningController, common: list[str], tmp_path: Path
) -> None:
    await enrolled(controller, common)
    (tmp_path / "data" / "identity.json").chmod(0o644)
    await controller.stop()
    code, out, _ = await agent("doctor", *common)
    assert code == 1
    assert "others can read the key: chmod 600" in out
    assert f"{controller.endpoint} does not answer (connection refused)" in out
    append(common, 'controller = "no-such-host.invalid:7443"\n')
    _, out, _ = await agent("doctor", "--lang", "es", *common)
    assert "no-such-host.invalid no tiene dirección" in out


async def test_the_link_passes_through_the_customers_proxy(
    controller: ListeningController, common: list[str]
) -> None:
    """gRPC asks it to CONNECT, and mutual TLS goes through it untouched."""
    await enrolled(controller, common)
    asked: list[bytes] = []
    proxy = await asyncio.start_server(partial(_proxied, asked), "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    append(common, f'https_proxy = "http://127.0.0.1:{port}"\n')
    async with running(common) as process:
        await controller.until(lambda: controller.heard("open_conditions"), 20)
        process.send_signal(signal.SIGTERM)
        await process.wait()
    _, out, _ = await agent("doctor", *common)
    proxy.close()
    assert asked[0].startswith(f"CONNECT {controller.endpoint} ".encode())
    assert "https_proxy set: the agent goes through it" in out


async def _proxied(asked: list[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked.append(await reader.readuntil(b"\r\n\r\n"))
    host, _, port = asked[-1].split()[1].decode().rpartition(":")
    inward, outward = await asyncio.open_connection(host, int(port))
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await asyncio.gather(_pumped(reader, outward), _pumped(inward, writer))


async def _pumped(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    target.close()


async def test_redact_writes_a_clean_tree(tmp_path: Path) -> None:
    tree, out = tmp_path / "in", tmp_path / "out"
    (tree / "etc").mkdir(parents=True)
    secret = "correct" + "horse" + "battery"
    (tree / "etc" / "shop.env").write_text(f"DB_PASSWORD={secret}\nPORT=8080\n")
    code, told, _ = await agent("redact", str(tree), "--out", str(out), "--json")
    assert code == 0
    assert json.loads(told)["files"][0]["path"] == "etc/shop.env"
    clean = (out / "etc" / "shop.env").read_text()
    assert secret not in clean
    assert "PORT=8080" in clean


def append(common: list[str], text: str) -> None:
    with Path(common[1]).open("a") as config:
        config.write(text)


def _answer_in_plaintext(server: socket.socket) -> None:
    while True:
        try:
            peer, _ = server.accept()
        except OSError:
            return
        with peer:
            peer.recv(4_096)
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
