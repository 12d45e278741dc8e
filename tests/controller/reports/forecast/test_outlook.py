"""Small evenings foreseen: who is there, what is owed, what is likely kept, and what would save most."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.reports.forecast.outlook import Expected, Outlook, Why, foresee
from controller.reports.forecast.pace import FEWEST, Pace, Paces, Turn, assumed, paces
from controller.reports.forecast.savings import Change, Kind, changed, savings
from controller.reports.forecast.work import Cadence, Chance, Owed, Question, Shift
from controller.sla.calendar import ALWAYS
from controller.sla.durations import duration

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HALF_AN_HOUR = Paces({}, {level: Pace(30 * MINUTE, 60 * MINUTE, 9) for level in (1, 2, 3)}, {})


def owed(number: int, due: float, *, level: int = 1, climbs: float | None = None, **more: object) -> Owed:
    levels = ((TEN, level),) if climbs is None else ((TEN, level), (TEN + climbs * MINUTE, level + 1))
    made = Owed(number, "high", "first_response", TEN + due * MINUTE, TEN, levels)
    return replace(made, **more)  # type: ignore[arg-type]


def on_duty(*levels: int, until: float = 480) -> tuple[Shift, ...]:
    return tuple(
        Shift(f"p{place}", level, TEN, TEN + until * MINUTE) for place, level in enumerate(levels, 1)
    )


def asked(*owe: Owed, crew: tuple[Shift, ...], hours: int = 8) -> Question:
    return Question(TEN, TEN + timedelta(hours=hours), owe, crew, HALF_AN_HOUR)


def told(outlook: Outlook) -> dict[int, tuple[Chance, Why]]:
    return {one.owed.number: (one.chance, one.why) for one in outlook.expected if one.owed.part == 0}


def one_of(outlook: Outlook, number: int) -> Expected:
    return next(one for one in outlook.expected if one.owed.number == number)


def test_one_person_takes_one_case_at_a_time_in_order_of_due() -> None:
    """Half an hour each, due after 40, 50 and 100 minutes: the second cannot be kept, the third only if all
    goes as usual."""
    outlook = foresee(asked(owed(1, 60), owed(2, 50), owed(3, 100), crew=on_duty(1)))
    assert told(outlook) == {
        2: (Chance.AT_RISK, Why.SLOW_DAY),
        1: (Chance.AT_RISK, Why.SLOW_DAY),
        3: (Chance.AT_RISK, Why.SLOW_DAY),
    }
    crowded = foresee(asked(owed(1, 40), owed(2, 50), owed(3, 200), crew=on_duty(1)))
    assert told(crowded) == {
        1: (Chance.AT_RISK, Why.SLOW_DAY),
        2: (Chance.LIKELY_MISSED, Why.QUEUE),
        3: (Chance.SAFE, Why.IN_TIME),
    }
    assert (one_of(crowded, 2).ahead, one_of(crowded, 2).at) == (1, TEN + 60 * MINUTE)


def test_nobody_on_duty_and_too_little_time_are_said_as_such() -> None:
    outlook = foresee(asked(owed(1, 90, level=2), owed(2, 20), owed(3, -5), crew=on_duty(1)))
    assert told(outlook) == {
        3: (Chance.MISSED, Why.OVERDUE),
        2: (Chance.LIKELY_MISSED, Why.PACE),
        1: (Chance.LIKELY_MISSED, Why.NOBODY),
    }
    assert one_of(outlook, 1).at is None


def test_when_the_clock_moves_it_up_the_next_level_takes_it() -> None:
    """Nobody at level 1; at 11:00 it comes to level 2, where somebody is free until it is due at 12:30."""
    outlook = foresee(asked(owed(1, 150, climbs=60), crew=on_duty(2)))
    assert told(outlook)[1] == (Chance.SAFE, Why.IN_TIME)
    assert (one_of(outlook, 1).level, one_of(outlook, 1).at) == (2, TEN + 90 * MINUTE)


def test_an_answer_promises_news_and_news_the_next_news() -> None:
    """Every two hours from the answer at 10:30: 12:30, and each later one two hours after the word before
    it, which is written once half of its time is over."""
    cadence = Cadence(duration("2h"), ALWAYS)
    outlook = foresee(asked(owed(1, 60, cadence=cadence), crew=on_duty(1), hours=5))
    dues = [(one.owed.clock, f"{one.owed.due:%H:%M}") for one in outlook.expected]
    assert dues == [("first_response", "11:00"), ("update", "12:30"), ("update", "14:00")]
    assert all(one.chance in (Chance.SAFE, Chance.AT_RISK) for one in outlook.expected)


def test_whoever_goes_home_begins_nothing_more() -> None:
    outlook = foresee(asked(owed(1, 20 + 30), owed(2, 200), crew=on_duty(1, until=25)))
    assert told(outlook)[2] == (Chance.LIKELY_MISSED, Why.QUEUE)
    assert one_of(outlook, 2).at is None


def test_a_resolution_is_held_against_how_long_such_incidents_stay_open() -> None:
    lengths = replace(HALF_AN_HOUR, resolution={"high": Pace(120 * MINUTE, 300 * MINUTE, 7)})
    made = [owed(n, due, clock="resolution", opened_at=TEN) for n, due in ((1, 90), (2, 200), (3, 400))]
    question = replace(asked(*made, crew=on_duty(1)), paces=lengths)
    assert [one.chance for one in foresee(question).expected] == [
        Chance.LIKELY_MISSED,
        Chance.AT_RISK,
        Chance.SAFE,
    ]


def test_what_would_save_most_is_what_the_same_forecast_says_of_the_change() -> None:
    """Six due within the hour and one person: one more saves two; the one that is owed since yesterday had
    better wait, which saves one."""
    owe = [owed(number, 30 * number) for number in (1, 2)] + [owed(9, -600)]
    question = asked(*owe, crew=on_duty(1))
    before = foresee(question)
    assert before.count(Chance.LIKELY_MISSED) == 2
    found = savings(question, before)
    assert found[0].change.kind is Kind.KEEPABLE
    for one in found:
        after = foresee(changed(question, one.change))
        assert one.saved == before.count(Chance.LIKELY_MISSED) - after.count(Chance.LIKELY_MISSED)
        assert one.saved > 0 or one.eased > 0
    assert Kind.PERSON in {one.change.kind for one in found}


def test_to_say_nothing_is_never_a_saving() -> None:
    """Each word promises the next: with a second person at level 2, where nobody is, news is written, and of
    what follows from it some is late. The promise that was there is saved all the same."""
    cadence = Cadence(duration("1h"), ALWAYS)
    owe = [owed(n, 60 + n, level=2, clock="update", cadence=cadence) for n in range(4)]
    question = asked(*owe, crew=on_duty(1))
    before = foresee(question)
    assert before.count(Chance.LIKELY_MISSED) == 4
    best = savings(question, before)[0]
    assert (best.change.kind, best.change.level, best.saved) == (Kind.PERSON, 2, 2)


def test_where_all_is_safe_nothing_is_proposed() -> None:
    question = asked(owed(1, 400), crew=on_duty(1))
    assert savings(question, foresee(question)) == ()


def test_escalating_helps_where_the_next_level_is_idle() -> None:
    question = asked(owed(1, 40), owed(2, 45), crew=on_duty(1, 2))
    found = savings(question, foresee(question))
    assert Change(Kind.ESCALATE, 2, 2) in {one.change for one in found}


def test_each_hour_tells_what_falls_due_and_who_is_there() -> None:
    question = asked(owed(1, 40), owed(2, 50), owed(3, 130), crew=on_duty(1, 2, until=60), hours=3)
    first, second, third = foresee(question).hours
    assert (sum(first.chances.values()), sum(third.chances.values())) == (2, 1)
    assert (first.work, first.hands) == (timedelta(hours=1), timedelta(hours=2))
    assert (dict(first.people), dict(second.people)) == ({1: 1, 2: 1, 3: 0}, {1: 0, 2: 0, 3: 0})


seeds = st.lists(st.tuples(st.integers(-60, 400), st.sampled_from((1, 2, 3))), max_size=12)


@given(seeds, st.lists(st.sampled_from((1, 2, 3)), max_size=4))
@settings(max_examples=60, deadline=None)
def test_another_pair_of_hands_never_does_harm_to_those_first_in_line(
    owe: list[tuple[int, int]], crew: list[int]
) -> None:
    """With one more person everything that is done is done at the same time or sooner, when nothing follows
    and nobody goes home."""
    question = asked(*(owed(n, due, level=level) for n, (due, level) in enumerate(owe)), crew=on_duty(*crew))
    before, after = foresee(question), foresee(changed(question, Change(Kind.PERSON, level=1)))
    sooner = {one.owed.key: one.at for one in after.expected}
    for one in before.expected:
        later = sooner[one.owed.key]
        assert one.at is None or (later is not None and later <= one.at)


def test_waiting_behind_other_work_is_no_part_of_a_pace() -> None:
    """Luis answered at 10:10 and 10:25 what had come at 10:00: ten minutes, then fifteen."""
    turns = [
        Turn(n, 1, "high", TEN, TEN + done * MINUTE, "Luis") for n, done in enumerate((10, 25, 30, 50, 80))
    ]
    found = paces(turns).of(1, "high")
    assert (found.usual, found.slow, found.examples) == (15 * MINUTE, 20 * MINUTE, 5)


def test_few_examples_lend_from_the_level_then_from_what_is_assumed() -> None:
    turns = [
        Turn(n, 1, severity, TEN, TEN + 7 * MINUTE, f"p{n}")
        for n, severity in enumerate(("high", "critical") * 3)
    ][:FEWEST]
    found = paces(turns)
    assert found.of(1, "normal") == Pace(7 * MINUTE, 7 * MINUTE, FEWEST, all_severities=True)
    assert found.of(2, "critical") == assumed("critical")
    assert assumed("critical").examples == 0
