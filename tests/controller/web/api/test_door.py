"""The commands' door: the same verbs as the pages', one shape for every refusal, nothing lost by one."""

import stat
from datetime import timedelta
from typing import Any

import httpx

from controller.core.severity import Severity
from controller.fleet.findings import EvidenceReceived
from controller.incidents import store as incidents
from controller.web.api.door import BODY_BYTES, build_api
from evidence.bundle import BundleWriter
from evidence.manifest import Item
from tests.support.control import Control


async def opened(control: Control, **facts: Any) -> str:
    return (await control.desk.raised(await control.desk.finding(**facts))).reference


async def asked(control: Control, method: str, path: str, **more: Any) -> Any:
    answered = await control.api.request(method, path, **more)
    assert answered.is_success, answered.text
    return answered.json()


async def refused(control: Control, status: int, method: str, path: str, **more: Any) -> dict[str, Any]:
    answered = await control.api.request(method, path, **more)
    assert answered.status_code == status, answered.text
    error: dict[str, Any] = answered.json()["error"]
    assert error.keys() == {"kind", "message", "field", "limit", "way_out", "retry_after_s"}
    return error


async def test_an_answer_stops_the_first_clock_and_starts_the_next(control: Control) -> None:
    name = await opened(control)
    [waiting] = await asked(control, "GET", "/incidents")
    assert waiting["next_clock"] == {
        "clock": "first_response", "due": "2026-03-02T12:30:00.000Z", "state": "pending", "left_s": 1800,
    }  # fmt: skip
    await control.desk.until(control.desk.clock.now() + timedelta(minutes=12))
    said = {"body": "We are on it", "channel": "phone"}
    answered = await asked(control, "POST", f"/incidents/{name}/respond", json=said)
    assert answered["first_response_at"] == "2026-03-02T12:12:00.000Z"
    assert answered["next_clock"]["clock"] == "update"
    assert answered["next_clock"]["left_s"] == 7200
    told = await asked(control, "GET", f"/incidents/{name}/explain", params={"lang": "en"})
    first, window, *_ = told["clocks"]
    assert (first["clock"], first["state"]) == ("first_response", "met")
    assert first["verdict"] == "first response: kept"
    assert first["proof"][0].startswith("started 2 Mar 2026, 06:00:00 CST")
    assert window["verdict"] == "customer update 1: running, 2 h left"
    assert "We are on it" in [entry["body"] for entry in told["story"]]


async def test_closing_ends_every_clock(control: Control) -> None:
    name = await opened(control)
    await asked(control, "POST", f"/incidents/{name}/respond", json={"body": "Seen"})
    await control.desk.until(control.desk.clock.now() + timedelta(minutes=1))
    await asked(control, "POST", f"/incidents/{name}/resolve", json={"body": "Restarted"})
    closed = await asked(control, "POST", f"/incidents/{name}/close", json={"reason": "done"})
    assert (closed["state"], closed["next_clock"]) == ("closed", None)
    assert await asked(control, "GET", "/incidents", params={"state": "open"}) == []


async def test_a_missed_promise_still_owed_stands_first(control: Control) -> None:
    """Lateness counts on below zero, and what is answered sinks below what is late."""
    late = await opened(control)
    await control.desk.until(control.desk.clock.now() + timedelta(minutes=40))
    fresh = await opened(control, object_name="agenda")
    calm = await opened(control, rule="disk.latency", object_name="sda", severity=Severity.NORMAL)
    listed = await asked(control, "GET", "/incidents")
    assert [one["reference"] for one in listed] == [late, fresh, calm]
    assert listed[0]["next_clock"]["state"] == "breached"
    assert listed[0]["next_clock"]["left_s"] == -600
    [cut] = await asked(control, "GET", "/incidents", params={"limit": 1})
    assert cut["reference"] == late, "the list is cut after it is ordered"


async def test_an_incident_whole(control: Control) -> None:
    """Words in the reader's language, what to do now, and evidence with its gaps."""
    finding = await control.desk.finding()
    case = await control.desk.raised(finding)
    writer = BundleWriter(agent_version="0.1.0", host="caja-1", started_at=control.desk.clock.now())
    writer.add(Item("ports.txt", "ports", "/proc/net/tcp", None, 6), b"LISTEN 127.0.0.1:22\n")
    writer.add_gap(Item("smart.txt", "smart", "smartctl -j -a /dev/sda", timed_out=True, duration_ms=5000))
    data = writer.finish(control.desk.clock.now())
    digest = await control.blobs.put(data)
    async with control.desk.storage.unit() as unit:
        unit.announce(EvidenceReceived(case.machine_id, finding.finding_id, digest, len(data), unit.now))  # type: ignore[arg-type]
    whole = await asked(control, "GET", f"/incidents/{case.number}", params={"lang": "es"})
    assert whole["title"] == "tienda no responde"
    assert (whole["customer"], whole["machine"], whole["owner"]) == ("Panadería Sol", "caja-1", None)
    assert whole["remedy"][0].startswith("Mire la evidencia")
    assert whole["timeline"][0]["said"] == "caja-1 avisó: tienda no responde; abierta como crítica"
    [bundle] = whole["evidence"]
    assert bundle["fault"] is None
    assert {item["name"]: bool(item["gap"]) for item in bundle["items"]} == {
        "ports.txt": False,
        "smart.txt": True,
    }
    told = await control.vigia("incidents", "evidence", "INC-1")
    assert "ports.txt" in told.out
    assert (await control.vigia("incidents", "evidence", "1", "ports.txt")).out == "LISTEN 127.0.0.1:22\n\n"
    absent = await control.vigia("incidents", "evidence", "1", "../passwd")
    assert (absent.status, absent.err) == (1, "vigia: there is no item '../passwd'\n")


async def test_a_refusal_names_the_field_the_limit_and_the_way_out(control: Control) -> None:
    name = await opened(control)
    respond = f"/incidents/{name}/respond"
    error = await refused(control, 422, "POST", respond, json={"body": "x", "at": "yesterday", "reason": "x"})
    assert (error["kind"], error["field"]) == ("invalid", "at")
    assert "2026-03-02T10:30-06:00" in error["way_out"]
    error = await refused(
        control, 422, "POST", respond, json={"body": "x", "at": "2026-03-02T12:00", "reason": "x"}
    )
    assert error["field"] == "at"
    assert "time zone" in error["limit"]
    error = await refused(
        control, 422, "POST", respond, json={"body": "x", "at": "2026-03-02T11:59Z", "reason": "x"}
    )
    assert "before the incident was opened" in error["limit"]
    error = await refused(control, 422, "POST", respond, json={})
    assert (error["field"], error["way_out"]) == ("body", "Give it")
    error = await refused(control, 422, "POST", respond, json={"body": "x", "chanel": "phone"})
    assert error["field"] == "chanel"
    error = await refused(control, 422, "POST", respond, json={"body": "a\0b"})
    assert error["field"] == "body"
    error = await refused(
        control, 422, "POST", respond, content=b"{", headers={"content-type": "application/json"}
    )
    assert error["limit"] == "is no JSON"
    error = await refused(
        control, 422, "POST", f"/incidents/{name}/severity", json={"severity": "dire", "reason": "x"}
    )
    assert error["field"] == "severity"
    assert "'critical'" in error["way_out"]
    error = await refused(control, 422, "GET", "/incidents", params={"level": "9"})
    assert error["limit"] == "is more than 3"
    assert (await refused(control, 404, "GET", "/incidents/INC-9"))[
        "message"
    ] == "there is no incident 'INC-9'"
    assert (await refused(control, 404, "GET", "/incidents/%00"))["kind"] == "not_found"
    assert (await refused(control, 404, "GET", "/nothing"))["kind"] == "not_found"
    await asked(control, "POST", f"/incidents/{name}/close", json={"reason": "done"})
    assert (await refused(control, 409, "POST", respond, json={"body": "x"}))["kind"] == "conflict"


async def test_what_is_too_long_is_refused_and_what_was_there_is_kept(control: Control) -> None:
    name = await opened(control)
    await asked(control, "POST", f"/incidents/{name}/note", json={"body": "first"})
    case = (await asked(control, "GET", f"/incidents/{name}"))["timeline"]
    for size, limit in ((65_537, "65536"), (1_000_001, "1000000"), (BODY_BYTES, str(BODY_BYTES))):
        error = await refused(control, 422, "POST", f"/incidents/{name}/note", json={"body": "x" * size})
        assert error["field"] == "body"
        assert limit in error["limit"]
    assert (await asked(control, "GET", f"/incidents/{name}"))["timeline"] == case
    async with control.desk.storage.reading() as connection:
        assert await incidents.incident_numbered(connection, 2) is None


async def test_only_the_socket_says_who_speaks(control: Control) -> None:
    """The same application reached over anything else answers nobody, whatever the message claims."""
    transport = httpx.ASGITransport(build_api(control.context), client=("127.0.0.1", 0))
    async with httpx.AsyncClient(transport=transport, base_url="http://vigia/api/v1") as outside:
        answered = await outside.get("/incidents", headers={"x-vigia-as": "root"})
    assert answered.status_code == 403
    assert "own socket only" in answered.json()["error"]["message"]
    mode = (control.data / "control.sock").stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o660


async def test_who_acts_for_a_user_has_that_users_name_and_rights(control: Control) -> None:
    name = await opened(control)
    luis = {"x-vigia-as": "luis"}
    answered = await asked(control, "POST", f"/incidents/{name}/respond", json={"body": "Hola"}, headers=luis)
    assert answered["owner"] == "luis"
    error = await refused(control, 403, "POST", "/customers", json={"name": "Nueva"}, headers=luis)
    assert "administrator" in error["message"]
    error = await refused(control, 403, "GET", "/incidents", headers={"x-vigia-as": "eve"})
    assert "no active user 'eve'" in error["message"]
    await asked(
        control,
        "POST",
        "/users",
        json={"login": "vera", "name": "Vera", "email": "v@x.example", "role": "viewer"},
    )
    vera = {"x-vigia-as": "vera"}
    assert await asked(control, "GET", "/incidents", headers=vera)
    error = await refused(control, 403, "POST", f"/incidents/{name}/note", json={"body": "x"}, headers=vera)
    assert "engineer" in error["message"]
    await asked(control, "PATCH", "/users/luis", json={"active": False})
    await refused(control, 403, "GET", "/incidents", headers=luis)


async def test_an_enrolment_line_is_one_line_of_options(control: Control) -> None:
    await asked(control, "POST", "/sites", json={"customer": "Panadería Sol", "name": "Centro"})
    made = await asked(
        control, "POST", "/enrol", json={"customer": "Panadería Sol", "site": "Centro", "hours": 2}
    )
    program, verb, *options = made["line"].split()
    assert (program, verb) == ("vigia-agent", "enrol")
    assert [option.split("=")[0] for option in options] == ["--controller", "--token", "--root"]
    assert made["expires_at"] == "2026-03-02T14:00:00.000Z"
    await refused(control, 404, "POST", "/enrol", json={"customer": "Panadería Sol", "site": "Sur"})
    for hours in (0, 721, "NaN", "Infinity"):
        assert (
            await refused(control, 422, "POST", "/enrol", json={"customer": "Panadería Sol", "hours": hours})
        )["field"] == "hours"


async def test_a_banned_machine_is_dropped_at_once(control: Control) -> None:
    banned = await asked(control, "POST", "/machines/caja-1/ban", json={"reason": "stolen"})
    assert (banned["state"], banned["ban_reason"]) == ("banned", "stolen")
    assert control.dropped == ["now"]
    whole = await asked(control, "GET", f"/machines/{banned['id']}")
    assert whole["name"] == "caja-1"
    await refused(control, 404, "GET", "/machines/a%2Fb")
