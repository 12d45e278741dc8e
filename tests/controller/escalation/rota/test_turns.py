"""Turns of a rota cover all time without overlap, overrides win, clocks that change move no hand-over."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.escalation.rota.rota import Override, Rota
from controller.escalation.rota.turns import Turn, at_instant, in_order, turns
from controller.sla.calendar import Calendar

MEXICO = "America/Mexico_City"
MADRID = ZoneInfo("Europe/Madrid")
NIGHTS = Calendar(MEXICO, (((1320, 1860),),) * 7)
WEEKS = Rota("weeks", 1, MEXICO, ("ana", "luis", "eva"), date(2026, 11, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_members_take_turns_by_the_week() -> None:
    """Ana from Monday 30 November, 09:00; Luis a week later; before that the order runs backwards."""
    found = turns([WEEKS], [], at("2026-11-30T15:00Z"), at("2026-12-14T15:00Z"))
    assert found == (
        Turn(at("2026-11-30T15:00Z"), at("2026-12-07T15:00Z"), "ana", "weeks"),
        Turn(at("2026-12-07T15:00Z"), at("2026-12-14T15:00Z"), "luis", "weeks"),
    )
    assert at_instant([WEEKS], [], at("2026-11-30T14:59:59Z")) == ("eva",)
    assert in_order([WEEKS], at("2026-12-08T00:00Z")) == ("luis", "eva", "ana")


def test_ana_takes_luis_s_saturday() -> None:
    """12 December from 10:00 to 22:00; then it is Luis's again."""
    swap = Override(1, 1, "ana", at("2026-12-12T10:00-06:00"), at("2026-12-12T22:00-06:00"))
    found = turns([WEEKS], [swap], at("2026-12-12T00:00-06:00"), at("2026-12-13T00:00-06:00"))
    assert [(turn.who, turn.override) for turn in found] == [("luis", None), ("ana", 1), ("luis", None)]
    assert (found[1].start, found[1].end) == (swap.start, swap.end)


def test_of_two_overrides_the_later_written_holds() -> None:
    """Eva relieves Ana for an hour in the middle; the rest of the day stays Ana's."""
    day = Override(1, 1, "ana", at("2026-12-12T00:00Z"), at("2026-12-13T00:00Z"))
    hour = Override(2, 1, "eva", at("2026-12-12T10:00Z"), at("2026-12-12T11:00Z"))
    found = turns([], [day, hour], day.start, day.end)
    assert [turn.who for turn in found] == ["ana", "eva", "ana"]


def test_an_hour_more_or_less_does_not_move_the_hand_over() -> None:
    """In Madrid clocks go back on 25 October 2026: that turn is an hour longer, and still ends at nine."""
    rota = Rota("weeks", 1, "Europe/Madrid", ("ana", "luis"), date(2026, 10, 19))
    found = turns([rota], [], at("2026-10-19T07:00Z"), at("2026-11-02T08:00Z"))
    assert [turn.end - turn.start for turn in found] == [timedelta(days=7, hours=1), timedelta(days=7)]
    assert [turn.end.astimezone(MADRID).time() for turn in found] == [time(9), time(9)]


def test_a_hand_over_that_clocks_skip_is_at_the_jump_and_a_repeated_one_at_its_first() -> None:
    """Half past two: skipped on 29 March 2026, met twice on 25 October."""
    rota = Rota("days", 1, "Europe/Madrid", ("ana", "luis"), date(2026, 3, 28), time(2, 30), every_days=1)
    spring = turns([rota], [], at("2026-03-28T12:00Z"), at("2026-03-29T12:00Z"))
    assert spring[0].end == at("2026-03-29T01:00Z")
    autumn = turns([rota], [], at("2026-10-24T12:00Z"), at("2026-10-25T12:00Z"))
    assert autumn[0].end == at("2026-10-25T00:30Z")


def test_only_nights() -> None:
    """From 22:00 to 07:00 (the next day); a night across the hand-over is shared."""
    rota = Rota("nights", 2, MEXICO, ("ana", "luis"), date(2026, 11, 30), time(0), hours=NIGHTS)
    found = turns([rota], [], at("2026-12-06T12:00-06:00"), at("2026-12-07T12:00-06:00"))
    assert [(turn.who, turn.end - turn.start) for turn in found] == [
        ("ana", timedelta(hours=2)),
        ("luis", timedelta(hours=7)),
    ]


ROTAS = st.builds(
    Rota,
    name=st.just("r"),
    level=st.just(1),
    zone=st.sampled_from(["UTC", MEXICO, "Europe/Madrid", "Australia/Lord_Howe", "America/Santiago"]),
    members=st.lists(st.sampled_from("abcd"), min_size=1, max_size=5).map(tuple),
    first=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    hand_over=st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    every_days=st.integers(1, 30),
    hours=st.just(None),
)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))
LENGTHS = st.timedeltas(timedelta(minutes=1), timedelta(days=40))
OVERRIDES = st.lists(st.tuples(st.sampled_from("xyz"), INSTANTS, LENGTHS), max_size=4).map(
    lambda given: [Override(n, 1, who, start, start + length) for n, (who, start, length) in enumerate(given)]
)


@settings(max_examples=60, deadline=None)
@given(rota=ROTAS, overrides=OVERRIDES, start=INSTANTS, length=LENGTHS, nights=st.booleans())
def test_any_rota_covers_its_hours_without_overlap_and_overrides_win(
    rota: Rota, overrides: list[Override], start: datetime, length: timedelta, nights: bool
) -> None:
    """Against the one sentence of the rules: who holds an instant is the newest override there, else the
    member of the shift it lies in; and asking in pieces says the same."""
    if nights:
        rota = Rota(rota.name, 1, rota.zone, rota.members, rota.first, rota.hand_over, rota.every_days,
                    Calendar(rota.zone, NIGHTS.weekly))  # fmt: skip
    end = start + length
    found = turns([rota], overrides, start, end)
    edges = [edge for turn in found for edge in (turn.start, turn.end)]
    assert edges == sorted(edges)
    assert all(start <= turn.start < turn.end <= end for turn in found)
    if not nights:
        assert sum((turn.end - turn.start for turn in found), timedelta(0)) == length
    for place in range(7):
        instant = start + length * place / 7
        held = [turn for turn in found if turn.start <= instant < turn.end]
        there = [one for one in overrides if one.start <= instant < one.end]
        newest = max(there, key=lambda one: one.number, default=None)
        if newest is not None:
            assert [(turn.who, turn.override) for turn in held] == [(newest.who, newest.number)]
        elif rota.hours is not None and not rota.hours.is_open(instant):
            assert held == []
        else:
            assert len(held) == 1
            assert held[0].who == in_order([rota], instant)[0]
        assert at_instant([rota], overrides, instant) == tuple(turn.who for turn in held)
