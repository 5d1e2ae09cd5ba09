"""Commands that read text, from files or from what is piped into them, and write other text."""

from __future__ import annotations

import base64 as codec
import binascii
import re
from collections.abc import Callable, Generator
from typing import Any, Final

from tuik8s.api.numbers import parse_int
from tuik8s.api.pattern import BadPattern, Pattern
from tuik8s.components.kubelet.shell.base import READ, Effect, Run, Sleep, Streams, options
from tuik8s.components.kubelet.shell.files import FileProblem
from tuik8s.components.kubelet.shell.interpreter import Shell

_SEQ_MAX: Final = 10_000
_LONG_MS: Final = 3_600_000


def _input(
    shell: Shell, names: list[str], streams: Streams, command: str
) -> Generator[Effect, Any, tuple[bytes, int]]:
    """(what the named files hold, or stdin, and the status so far)."""
    if not names or names == ["-"]:
        return (yield from shell.read_all(streams)), 0
    pieces, status = [], 0
    for name in names:
        try:
            pieces.append(shell.files.read(shell.path(name)))
        except FileProblem as problem:
            streams.complain(f"{command}: can't open '{name}': {problem}")
            status = 1
    return b"".join(pieces), status


def cat(shell: Shell, words: list[str], streams: Streams) -> Run:
    names = options(words)[1]
    if not names and streams.stdin is None:
        while data := (yield READ):
            streams.out(data)
        return 0
    data, status = yield from _input(shell, names, streams, words[0])
    streams.out(data)
    return status


def _filter(valued: str, change: Callable[[list[str], dict[str, str]], list[str]]) -> Any:
    """A command that turns lines into lines."""

    def command(shell: Shell, words: list[str], streams: Streams) -> Run:
        flags, names = options(words, valued)
        data, status = yield from _input(shell, names, streams, words[0])
        lines = change(data.decode(errors="replace").splitlines(), flags)
        streams.say("".join(f"{line}\n" for line in lines))
        return status

    return command


def _count(flags: dict[str, str]) -> int:
    numbers = [n for n in map(parse_int, [*flags.values(), "".join(flags)]) if n is not None]
    return abs(numbers[0]) if numbers else 10


head = _filter("nc", lambda lines, flags: lines[: _count(flags)])
sort = _filter(
    "kt",
    lambda lines, flags: sorted(
        set(lines) if "u" in flags else lines,
        key=(lambda line: (_leading(line), line)) if "n" in flags else None,
        reverse="r" in flags,
    ),
)


def _leading(line: str) -> int:
    found = re.match(r"\s*-?\d+", line)
    return int(found[0]) if found else 0


def _unique(lines: list[str], flags: dict[str, str]) -> list[str]:
    groups: list[tuple[str, int]] = []
    for line in lines:
        if groups and groups[-1][0] == line:
            groups[-1] = (line, groups[-1][1] + 1)
        else:
            groups.append((line, 1))
    return [f"{count:>7} {line}" if "c" in flags else line for line, count in groups]


uniq = _filter("", _unique)


def _cut(lines: list[str], flags: dict[str, str]) -> list[str]:
    wanted = [n for n in map(parse_int, flags.get("f", "").split(",")) if n and n > 0]
    separator = flags.get("d", "\t") or "\t"
    found = []
    for line in lines:
        fields = line.split(separator)
        chosen = [fields[n - 1] for n in wanted if n <= len(fields)]
        found.append(separator.join(chosen) if len(fields) > 1 else line)
    return found


cut = _filter("fd", _cut)


def tail(shell: Shell, words: list[str], streams: Streams) -> Run:
    flags, names = options(words, "nc")
    data, status = yield from _input(shell, names, streams, words[0])
    lines = data.decode(errors="replace").splitlines()
    count = _count({letter: value for letter, value in flags.items() if letter not in "fF"})
    streams.say("".join(f"{line}\n" for line in lines[len(lines) - min(count, len(lines)) :]))
    while "f" in flags or "F" in flags:
        yield Sleep(_LONG_MS)
    return status


def grep(shell: Shell, words: list[str], streams: Streams) -> Run:
    flags, rest = options(words, "e")
    text = flags.get("e") or (rest.pop(0) if rest else "")
    is_in: Callable[[str], bool]
    if "F" in flags:
        wanted = text.lower() if "i" in flags else text
        is_in = lambda line: wanted in (line.lower() if "i" in flags else line)  # noqa: E731
    else:
        extended = "E" in flags or words[0] == "egrep"
        try:
            is_in = Pattern(text, is_extended=extended, ignores_case="i" in flags).is_in
        except BadPattern as problem:
            streams.complain(f"grep: bad regex '{text}': {problem}")
            return 2
    data, status = yield from _input(shell, rest, streams, words[0])
    lines = data.decode(errors="replace").splitlines()
    chosen = [line for line in lines if is_in(line) != ("v" in flags)]
    if "c" in flags:
        streams.say(f"{len(chosen)}\n")
    elif "q" not in flags:
        streams.say("".join(f"{line}\n" for line in chosen))
    return 2 if status else int(not chosen)


def wc(shell: Shell, words: list[str], streams: Streams) -> Run:
    flags, names = options(words)
    data, status = yield from _input(shell, names, streams, words[0])
    counts = {"l": data.count(b"\n"), "w": len(data.split()), "c": len(data)}
    chosen = [counts[letter] for letter in "lwc" if letter in flags] or list(counts.values())
    shown = " ".join(map(str, chosen)) if len(chosen) == 1 else "".join(f"{n:>8}" for n in chosen)
    streams.say(" ".join([shown, *names]) + "\n")
    return status


def tee(shell: Shell, words: list[str], streams: Streams) -> Run:
    flags, names = options(words)
    data = yield from shell.read_all(streams)
    status = 0
    for name in names:
        try:
            shell.files.write(shell.path(name), data, appends="a" in flags)
        except FileProblem as problem:
            streams.complain(f"tee: {name}: {problem}")
            status = 1
    streams.out(data)
    return status


def base64(shell: Shell, words: list[str], streams: Streams) -> Run:
    flags, names = options(words, "w")
    data, status = yield from _input(shell, names, streams, words[0])
    if "d" in flags:
        try:
            streams.out(codec.b64decode(data))
        except binascii.Error:
            streams.complain("base64: truncated input")
            return 1
        return status
    text = codec.b64encode(data).decode()
    width = len(text) if flags.get("w") == "0" else 76
    streams.say("".join(f"{text[at : at + width]}\n" for at in range(0, len(text), width or 1)))
    return status


def read(shell: Shell, words: list[str], streams: Streams) -> Run:
    """A line of input into variables; the last one takes the rest."""
    names = options(words, "pt")[1] or ["REPLY"]
    line = yield from shell.read_line(streams)
    fields = (line or "").strip().split(None, len(names) - 1)
    for place, name in enumerate(names):
        shell.env[name] = fields[place] if place < len(fields) else ""
    return int(line is None)


def seq(shell: Shell, words: list[str], streams: Streams) -> Run:
    yield from ()
    ends = [n for n in map(parse_int, words[1:]) if n is not None]
    if not 1 <= len(ends) == len(words) - 1 <= 3:
        streams.complain("seq: usage: seq [FIRST [STEP]] LAST")
        return 1
    first, step = (ends[0] if len(ends) > 1 else 1), (ends[1] if len(ends) == 3 else 1)
    stop = ends[-1] + (1 if step > 0 else -1)
    numbers = range(first, stop, step or 1)[:_SEQ_MAX]
    streams.say("".join(f"{number}\n" for number in numbers))
    return 0
