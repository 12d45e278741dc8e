"""Nobody sees a page without a password or a one-time link, and nobody is told why it was not right."""

from tests.controller.web.conftest import browsing
from tests.support.console import PASSWORD, Console


async def test_who_is_not_signed_in_is_sent_to_the_door_and_back(console: Console) -> None:
    async with browsing(console) as browser:
        answer = await browser.get("/machines")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?next=/machines"
        typed = {"login": "ana", "password": PASSWORD, "next": "/machines"}
        answer = await browser.post("/sign-in", data=typed)
        assert (answer.status_code, answer.headers["location"]) == (303, "/machines")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert (await browser.get("/machines")).status_code == 200


async def test_a_wrong_password_keeps_the_login_and_says_one_thing_for_all_reasons(console: Console) -> None:
    async with browsing(console) as browser:
        wrong = await browser.post("/sign-in", data={"login": "ana", "password": "no"})
        unknown = await browser.post("/sign-in", data={"login": "nobody", "password": "no"})
    assert wrong.status_code == unknown.status_code == 422
    assert 'value="ana"' in wrong.text
    said = "El usuario o la contraseña no son correctos."
    assert said in wrong.text
    assert said in unknown.text


async def test_the_sixth_attempt_in_a_minute_is_told_when_to_come_back(console: Console) -> None:
    async with browsing(console) as browser:
        for _ in range(5):
            await browser.post("/sign-in", data={"login": "ana", "password": "no"})
        answer = await browser.post("/sign-in", data={"login": "ana", "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"


async def test_nobody_is_sent_to_another_site_after_signing_in(console: Console) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "/a\nb"):
        async with browsing(console) as browser:
            typed = {"login": "vera", "password": PASSWORD, "next": elsewhere}
            answer = await browser.post("/sign-in", data=typed)
        assert answer.headers["location"] == "/incidents"


async def test_the_first_administrator_comes_in_by_the_link_and_once_only(console: Console) -> None:
    from controller.people import actions

    async with console.storage.unit() as unit:
        token = await actions.issue_link(unit, None)
    async with browsing(console) as browser:
        typed = {"name": "Eva Mar", "login": "eva", "email": "eva@vigia.example", "zone": "Europe/Madrid"}
        short = await browser.post(f"/link/{token}", data={**typed, "password": "kurz", "again": "kurz"})
        assert short.status_code == 422
        assert 'value="Eva Mar"' in short.text
        assert "Contraseña: tiene 4 caracteres. Use de 10 a 1,024." in short.text
        other = await browser.post(
            f"/link/{token}", data={**typed, "password": PASSWORD, "again": PASSWORD + "x"}
        )
        assert other.status_code == 422
        taken = await browser.post(f"/link/{token}", data={**typed, "password": PASSWORD, "again": PASSWORD})
        assert taken.headers["location"] == "/incidents"
        assert "Eva Mar" in (await browser.get("/account")).text
        again = await browser.get(f"/link/{token}")
        assert again.status_code == 403
    assert "Este enlace ya se usó" in again.text
    assert "Entre con su usuario y su contraseña." in again.text


async def test_signing_out_ends_the_session(console: Console) -> None:
    from tests.support.forms import send

    async with browsing(console, console.ana) as browser:
        token = browser.cookies["vigia_session"]
        await send(browser, "/account", "/sign-out")
    async with browsing(console) as thief:
        thief.cookies["vigia_session"] = token
        assert (await thief.get("/incidents")).status_code == 303


async def test_a_changed_password_needs_the_present_one_and_keeps_this_browser(console: Console) -> None:
    from tests.support.forms import send

    new = "otra linterna en otra torre"
    async with browsing(console, console.ana) as browser, browsing(console, console.ana) as elsewhere:
        wrong = await send(
            browser, "/account", "/account/password", current="no es esta", password=new, again=new
        )
        assert wrong.status_code == 422
        assert "La contraseña actual no es esa." in wrong.text
        done = await send(browser, "/account", "/account/password", current=PASSWORD, password=new, again=new)
        assert done.headers["location"] == "/account?done=1"
        assert (await browser.get("/account?done=1")).status_code == 200
        assert (await elsewhere.get("/incidents")).status_code == 303
