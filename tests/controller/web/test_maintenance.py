"""The page of maintenance windows: announce one, see what it held, end it; mistakes said beside the field."""

from datetime import timedelta
from uuid import UUID

from controller import flow
from controller.core.severity import Severity
from controller.fleet.findings import Finding, FindingRaised
from tests.controller.web.conftest import browsing
from tests.support.clocks import NOON
from tests.support.console import Console
from tests.support.forms import secret_of
from tests.support.town import Town


async def test_a_window_is_announced_holds_back_and_is_ended(console: Console, town: Town) -> None:
    """The form's times are the customer's own."""
    async with browsing(console, console.ana) as browser:
        page = (await browser.get("/maintenance")).text
        place = next(part for part in page.split('value="') if part.startswith("machine:")).split('"')[0]
        form = {"csrf": secret_of(page), "place": place, "start": "", "reason": "<b>new</b> disks"}
        for until in ("", "2026-03-02T05:00"):
            refused = await browser.post("/maintenance", data={**form, "until": until})
            assert refused.status_code == 422 and 'id="fault-until"' in refused.text
            assert "&lt;b&gt;new&lt;/b&gt; disks" in refused.text
        made = await browser.post("/maintenance", data={**form, "until": "2026-03-04T08:00"})
        assert made.status_code == 303
        async with console.storage.unit() as unit:
            finding = Finding(
                unit.chance.uuid(), _uuid(place), "watch.down", "tienda", Severity.CRITICAL,
                NOON, NOON + timedelta(seconds=1), {"target": "http://x"},
            )  # fmt: skip
            await flow.open_or_join(unit, FindingRaised(finding))
        shown = (await browser.get("/maintenance")).text
        assert "1 hallazgo retenido" in shown and "tienda" in shown
        for status in (303, 409):
            ended = await browser.post("/maintenance/1/end", data={"csrf": secret_of(shown)})
            assert ended.status_code == status
        assert "ya ha terminado" in ended.text


def _uuid(choice: str) -> UUID:
    return UUID(choice.partition(":")[2])
