"""`vigia evaluate FILE [--check] [--explain]`: verdicts on a file of cases, without a controller."""

from pathlib import Path
from typing import TextIO

from controller.sla.cases import Answer, Unreadable, exit_status, run_file


def evaluate_file(path: Path, check: bool, explain: bool, out: TextIO, err: TextIO) -> int:
    """Writes one JSON line per case to `out`, and differences and faults for people to `err`.

    Returns 0; 1 when a case had an error or, with `check`, another answer; 2 when the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        cases = run_file(text, check=check, explain=explain)
    except (OSError, UnicodeDecodeError) as error:
        err.write(f"{path} cannot be read: {error}\n")
        return 2
    except Unreadable as error:
        err.write(f"{path}: {error}\n")
        return 2
    answers: list[Answer] = []
    for answer in cases:
        out.write(answer.line + "\n")
        err.writelines(f"case {len(answers) + 1}: {difference}\n" for difference in answer.differing)
        answers.append(answer)
    if check:
        wrong = sum(answer.failed or bool(answer.differing) for answer in answers)
        err.write(f"{len(answers) - wrong} of {len(answers)} cases right\n")
    return exit_status(answers)
