"""A recipe is run again and again; whatever breaks in between costs what was in hand and nothing else."""

import json
from pathlib import Path

import pytest

from evidence.transcript import transcript_from_asciicast
from lab.attempt import Verdict, rate
from lab.errors import BenchLost, BenchSoiled, HostKeyChanged, UsageError
from lab.processes import Ended
from lab.running import Plan
from tests.support.lab_bench import Lab, Scripted, ScriptedBench, StandingClock, recipe

YES, NO, UNSURE = Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.INCONCLUSIVE
TOSS = 'repeats = 4\n[[steps]]\nname = "toss"\nrun = ["coin"]\n[oracle]\nkind = "exit_status"\nequals = 1\n'
DRIVER = '[[factors]]\nname = "driver"\napply = ["on"]\nundo = ["off"]\n'
HEADS, TAILS = Scripted(Ended(1)), Scripted(Ended(0))
GONE = Scripted(lost=BenchLost("root@bench:22 went away while the program ran"))
SECRET = "hunter" + "2-" + "Zq81xw"


def bench(**programs: list[Scripted]) -> ScriptedBench:
    return ScriptedBench(StandingClock(), **programs)


def verdicts(lab: Lab) -> list[Verdict]:
    return [attempt.verdict for attempt in lab.journal.read().attempts.values()]


def test_each_attempt_is_judged_and_kept(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.run(recipe(TOSS), bench(coin=[HEADS, TAILS, TAILS, HEADS]))
    assert verdicts(lab) == [YES, NO, NO, YES]
    kept = list(lab.journal.read().attempts.values())
    assert [(one.number, one.planned) for one in kept] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert kept[0].expected == "it fails" and "status 1" in kept[0].seen
    assert str(rate(kept)) == "2 of 4, 15-85 %"


def test_an_attempt_has_its_transcript_its_recipe_and_its_bench(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    made = lab.run(recipe(TOSS), bench(coin=[Scripted(Ended(1), b"password=" + SECRET.encode() + b"\n")]))[0]
    files = {file.name: lab.journal.kept(file.sha256) for file in made.files}
    assert set(files) == {"transcript.cast", "recipe.toml", "environment.json"}
    text = transcript_from_asciicast(files["transcript.cast"]).text
    assert "$ coin\r\npassword=[redacted:" in text and SECRET not in text
    assert sum(made.redactions.values()) == 1
    assert "kernel" in json.loads(files["environment.json"])["gaps"]


def test_a_secret_in_the_line_that_was_seen_is_masked_there_too(tmp_path: Path) -> None:
    text = '[[steps]]\nrun = ["coin"]\n[oracle]\nkind = "pattern"\npattern = "login .* refused"\n'
    output = f"password={SECRET}\nlogin {SECRET} refused\n".encode()
    made = Lab(tmp_path).run(recipe(text), bench(coin=[Scripted(Ended(0), output)]))[0]
    assert made.verdict is YES and SECRET not in made.seen


def test_ctrl_c_keeps_what_was_done_and_the_next_run_goes_on(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        lab.run(recipe(TOSS), bench(coin=[HEADS, HEADS, Scripted(interrupt=True)]))
    assert verdicts(lab) == [YES, YES]
    later = Lab(tmp_path, first_id=2)
    made = later.run(recipe(TOSS), bench(coin=[TAILS]))
    assert [one.number for one in made] == [3, 4]
    assert len({one.run_id for one in later.journal.read().attempts.values()}) == 1


def test_a_finished_run_begins_anew_and_another_case_is_another_run(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.run(recipe(TOSS), bench(coin=[HEADS]))
    lab.run(recipe(TOSS), bench(coin=[HEADS]))
    lab.run(recipe(TOSS), bench(coin=[HEADS]), Plan(1, "INC-9"))
    assert len(lab.journal.read().runs) == 3


def test_fresh_does_not_go_on(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        lab.run(recipe(TOSS), bench(coin=[HEADS, Scripted(interrupt=True)]))
    assert len(lab.run(recipe(TOSS), bench(coin=[HEADS]), Plan(4, fresh=True))) == 4


def test_a_bench_that_dies_and_comes_back_costs_one_attempt(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.run(recipe(TOSS), bench(coin=[HEADS, GONE, TAILS]))
    assert verdicts(lab) == [YES, UNSURE, NO, NO]
    lost = list(lab.journal.read().attempts.values())[1]
    assert lost.seen == "the bench was lost" and "went away" in lost.reason
    assert str(rate(lab.journal.read().attempts.values())).startswith("1 of 3")


def test_a_bench_that_stays_away_costs_one_attempt_and_the_rest_waits(tmp_path: Path) -> None:
    lab, there = Lab(tmp_path), bench(coin=[HEADS, GONE])
    there.openings.extend([None, None, *[BenchLost("refused")] * 3])
    with pytest.raises(BenchLost, match="refused"):
        lab.run(recipe(TOSS), there)
    assert verdicts(lab) == [YES, UNSURE]
    assert [one.number for one in Lab(tmp_path, 2).run(recipe(TOSS), bench(coin=[TAILS]))] == [3, 4]


def test_a_bench_that_cannot_be_reached_at_all_costs_one_attempt_that_says_why(tmp_path: Path) -> None:
    lab, there = Lab(tmp_path), bench(coin=[HEADS])
    there.openings.append(BenchLost("root@bench:22 cannot be reached: refused"))
    with pytest.raises(BenchLost):
        lab.run(recipe(TOSS), there)
    (only,) = lab.journal.read().attempts.values()
    assert only.verdict is UNSURE and "cannot be reached" in only.reason and only.number == 1


def test_a_host_key_that_changed_after_a_loss_is_not_asked_again(tmp_path: Path) -> None:
    lab, there = Lab(tmp_path), bench(coin=[HEADS, GONE])
    there.openings.extend([None, None, HostKeyChanged("the host key changed"), None])
    with pytest.raises(HostKeyChanged):
        lab.run(recipe(TOSS), there)
    assert verdicts(lab) == [YES, UNSURE]
    assert len(there.openings) == 1


def test_factors_are_put_on_before_and_taken_off_after_each_attempt(tmp_path: Path) -> None:
    lab, there = Lab(tmp_path), bench(coin=[HEADS], on=[TAILS], off=[TAILS])
    made = lab.run(recipe(TOSS + DRIVER), there, Plan(2, factors=("driver",)))
    assert [words[0] for words in there.ran] == ["on", "coin", "off", "on", "coin", "off"]
    assert made[0].factors == ("driver",)
    assert lab.journal.read().applied == []


def test_a_factor_that_cannot_be_applied_is_undone_and_proves_nothing(tmp_path: Path) -> None:
    lab, there = Lab(tmp_path), bench(coin=[HEADS], on=[Scripted(Ended(1))], off=[TAILS])
    made = lab.run(recipe(TOSS + DRIVER), there, Plan(1, factors=("driver",)))
    assert made[0].verdict is UNSURE and "could not be applied" in made[0].reason
    assert [words[0] for words in there.ran] == ["on", "off"]


def test_ctrl_c_takes_the_factors_off_before_it_leaves(tmp_path: Path) -> None:
    lab, there = Lab(tmp_path), bench(coin=[Scripted(interrupt=True)], on=[TAILS], off=[TAILS])
    with pytest.raises(KeyboardInterrupt):
        lab.run(recipe(TOSS + DRIVER), there, Plan(1, factors=("driver",)))
    assert [words[0] for words in there.ran] == ["on", "coin", "off"]
    assert lab.journal.read().applied == []


def test_a_bench_that_cannot_be_put_back_stops_the_run_and_is_put_back_first_the_next_time(
    tmp_path: Path,
) -> None:
    lab, there = Lab(tmp_path), bench(coin=[HEADS], on=[TAILS], off=[Scripted(Ended(1))])
    with pytest.raises(BenchSoiled, match="'driver' could not be taken off"):
        lab.run(recipe(TOSS + DRIVER), there, Plan(3, factors=("driver",)))
    assert verdicts(lab) == [YES]
    again = bench(coin=[HEADS], on=[TAILS], off=[TAILS])
    Lab(tmp_path, 2).run(recipe(TOSS + DRIVER), again, Plan(3, factors=("driver",)))
    assert [words[0] for words in again.ran][:3] == ["off", "on", "coin"]


def test_a_bench_that_is_still_soiled_tries_nothing(tmp_path: Path) -> None:
    soiled = bench(coin=[HEADS], on=[TAILS], off=[Scripted(Ended(1))])
    with pytest.raises(BenchSoiled):
        Lab(tmp_path).run(recipe(TOSS + DRIVER), soiled, Plan(3, factors=("driver",)))
    ran = len(soiled.ran)
    with pytest.raises(BenchSoiled, match="bench clean"):
        Lab(tmp_path, 2).run(recipe(TOSS), soiled)
    assert [words[0] for words in soiled.ran[ran:]] == ["off"]


def test_a_factor_the_recipe_does_not_have_is_named_with_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no factor 'drivr'; it has: driver"):
        Lab(tmp_path).run(recipe(TOSS + DRIVER), bench(coin=[HEADS]), Plan(1, factors=("drivr",)))


def test_the_time_of_an_attempt_is_bounded_whatever_its_steps_may_take(tmp_path: Path) -> None:
    text = '[limits]\nattempt_s = 10\n[[steps]]\nrun = ["coin"]\n' + TOSS.partition("\n")[2]
    lab = Lab(tmp_path)
    there = ScriptedBench(lab.clock, coin=[Scripted(Ended(0), took_s=11.0)])
    made = lab.run(recipe(text), there)
    assert made[0].verdict is UNSURE and "limits.attempt_s is 10" in made[0].reason
