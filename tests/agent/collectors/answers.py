"""Programs of a machine, played: what each would print, or how it fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.collectors.asking import Finished, ProgramMissing, Tool

MODES = ("missing", "fails", "hangs", "floods", "nonsense", "empty", "other version")
JUNK = b'\x00\xff{"a": [[[ ]]] |||| : : \n-1 NaN \xc3\x28 ' * 3
OTHER = {
    True: b'{"format_version": [9, 9], "result": {"items": []}}',
    False: b"Usage: this program [OPTION]...\n",
}


@dataclass
class Answers:
    """`says` by "program words...": the longest beginning that fits is what it prints, with `codes` its exit
    code. In a `mode` every program does the same; `asked` are the calls, as "program words"."""

    says: Mapping[str, str]
    codes: Mapping[str, int] = field(default_factory=dict)
    mode: str = ""
    asked: list[str] = field(default_factory=list)

    def __call__(self, tool: Tool, *words: str) -> Finished:
        call = " ".join((tool.name, *words))
        self.asked.append(call)
        fitting = [key for key in self.says if call == key or call.startswith(key + " ")]
        if self.mode == "missing" or not fitting:
            raise ProgramMissing(tool.name, "it is not installed")
        key = max(fitting, key=len)
        out = self.says[key].encode()
        played = {
            "fails": Finished(1, b"", b"Permission denied\n", False, False, 0.0),
            "hangs": Finished(-9, out[: len(out) // 2], b"", True, False, tool.timeout_s),
            "floods": Finished(-9, out, b"", False, True, 0.0),
            "nonsense": Finished(0, JUNK, b"", False, False, 0.0),
            "empty": Finished(0, b"", b"", False, False, 0.0),
            "other version": Finished(0, OTHER[out.startswith(b"{")], b"", False, False, 0.0),
        }
        return played.get(self.mode) or Finished(self.codes.get(key, 0), out, b"", False, False, 0.0)
