"""The authority's root by command, and a machine that was off for too long."""

from tests.support.control import Control


async def test_a_change_of_roots_is_begun_shown_and_not_ended_too_soon(control: Control) -> None:
    shown = await control.vigia("authority", "show")
    assert shown.status == 0 and "Good until" in shown.out and "Change begun" not in shown.out
    early = await control.vigia("authority", "finish")
    assert (early.status, early.out) == (1, "")
    assert "`vigia authority rotate` begins one" in early.err
    begun = await control.vigia("authority", "rotate")
    assert begun.status == 0 and "vigia authority finish" in begun.out
    assert "is not finished" in (await control.vigia("authority", "rotate")).err
    progress = (await control.vigia("authority", "show", "--json")).json
    assert (progress["arrived"], progress["laggards"]) == (progress["machines"], [])
    assert "the new root signs from" in (await control.vigia("authority", "finish", "--force")).err
    assert "Cambio empezado" in (await control.vigia("authority", "show", "--lang", "es")).out


async def test_a_machine_without_a_certificate_cannot_be_let_in_again(control: Control) -> None:
    none = await control.vigia("machines", "readmit", "caja-1")
    assert (none.status, none.err) == (
        1, "vigia: caja-1 has no certificate that could be let in; enrol it again\n",
    )  # fmt: skip
    await control.vigia("machines", "ban", "caja-1", "--reason", "stolen")
    assert "vigia machines unban caja-1" in (await control.vigia("machines", "readmit", "caja-1")).err
