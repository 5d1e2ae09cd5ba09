"""Runs a script, or lines as they are typed, with commands that read, write and take time.

Source: POSIX.1-2017, Shell Command Language, the part that people type: simple commands, pipes,
`;`, `&&`, `||`, `!`, if, for, while, until, variables, `$(...)`, redirections. A pipe's commands
run one after another.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Any, Final, NamedTuple

from tuik8s.components.kubelet.shell.base import (
    READ,
    Command,
    Effect,
    Exit,
    Interrupted,
    Run,
    Sleep,
    Streams,
)
from tuik8s.components.kubelet.shell.files import SIZE_BYTES_MAX, FileProblem, Files, resolved
from tuik8s.components.kubelet.shell.script import (
    NO_SPACE_CODE,
    VALUE_CHARS_MAX,
    Parser,
    Statement,
    summed,
)
from tuik8s.components.kubelet.shell.words import (
    Redirect,
    SyntaxProblem,
    expand,
    expand_text,
    raw_words,
    split_pipe,
    unit_end,
)

NOT_FOUND_CODE: Final = 127
INTERRUPTED_CODE: Final = 130
ROUND_MS: Final = 1
"""What a round of a loop takes at least, so that one without end does not hold up the world."""
INPUT_BYTES_MAX: Final = 2 * SIZE_BYTES_MAX
"""What a command may be given that keeps all of it, such as tar and sort."""
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_NAME: Final = re.compile(r"\b[A-Za-z_]\w*")
Going = Generator[Effect, Any, None]


class Facts(NamedTuple):
    """What commands know of the container that they run in."""

    pod: str
    namespace: str
    ip: str
    node: str
    container: str
    first_command: str
    started_at_ms: int


class Shell:
    """One shell: variables, a directory, the status of the last command.

    now_ms: the clock, which the process that it runs in sets.
    """

    def __init__(
        self,
        facts: Facts,
        env: Mapping[str, str],
        files: Files,
        commands: Mapping[str, Command],
    ) -> None:
        self.facts = facts
        self.env = {"HOME": "/root", "PATH": "/bin:/usr/bin", "HOSTNAME": facts.pod, **env}
        self.files = files
        self.commands = commands
        self.cwd = "/"
        self.status = 0
        self.has_terminal = False
        self.now_ms = facts.started_at_ms
        self.wants_end = -1
        """The code with which the container is to end, -1 when it is not."""
        self.prompted = ""
        """The prompt at which it waits; "" where it does not."""
        self._pending = b""

    # --- what is run --------------------------------------------------------------------------

    def call(self, words: list[str], streams: Streams) -> Run:
        """One command by its words, as a container engine starts it. Raises Exit."""
        command = self.commands.get(words[0].rpartition("/")[2])
        if command is None:
            streams.complain(f"sh: {words[0]}: not found")
            return NOT_FOUND_CODE
        return (yield from command(self, words, streams))

    def script(self, text: str, streams: Streams) -> Run:
        """A script to its end."""
        try:
            _require_closed(text)
            yield from self._run(Parser(text).statements(()), streams)
        except SyntaxProblem as problem:
            streams.complain(f"sh: {problem}")
            self.status = 2
        return self.status

    def prompt(self, streams: Streams) -> Run:
        """Lines of the client, one after another, until its input ends."""
        while True:
            if self.has_terminal:
                self.prompted = f"{self.cwd} # "
                streams.say(self.prompted)
            try:
                line = yield from self.read_line(streams)
                self.prompted = ""
                if line is None:
                    break
                yield from self.script(line, streams)
            except Interrupted:
                self.status = INTERRUPTED_CODE
            except Exit as exit_:
                return exit_.code
        return self.status

    def read_line(self, streams: Streams) -> Generator[Effect, Any, str | None]:
        """The next line without its end; None when there is none."""
        while b"\n" not in self._pending:
            data = yield from self.read(streams)
            if not data:
                last, self._pending = self._pending, b""
                return last.decode(errors="replace") if last else None
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\n")
        return line.decode(errors="replace")

    def read(self, streams: Streams) -> Generator[Effect, Any, bytes]:
        """Some input; b"" at its end."""
        if streams.stdin is None:
            data: bytes = yield READ
            return data
        data, streams.stdin = streams.stdin, b""
        return data

    def read_all(self, streams: Streams) -> Generator[Effect, Any, bytes]:
        """All input up to its end. Raises Exit when it is more than there is room for."""
        pieces, size = [self._pending], len(self._pending)
        self._pending = b""
        while data := (yield from self.read(streams)):
            pieces.append(data)
            size += len(data)
            if size > INPUT_BYTES_MAX:
                streams.complain("sh: out of memory: the input is too long")
                raise Exit(NO_SPACE_CODE)
        return b"".join(pieces)

    def path(self, name: str) -> str:
        return resolved(self.cwd, name)

    # --- statements ---------------------------------------------------------------------------

    def _run(self, statements: list[Statement], streams: Streams) -> Going:
        for statement in statements:
            if statement.joined == ("||" if self.status == 0 else "&&"):
                continue
            if statement.kind == "simple":
                self.status = yield from self._pipe(statement.text, streams)
            elif statement.kind == "if":
                yield from self._run(statement.condition, streams)
                branch = statement.otherwise if self.status else statement.body
                self.status = 0
                yield from self._run(branch, streams)
            elif statement.kind == "for":
                yield from self._for(statement, streams)
            else:
                yield from self._loop(statement, streams)

    def _for(self, statement: Statement, streams: Streams) -> Going:
        raw, _ = raw_words(statement.text)
        if len(raw) < 3 or raw[2] != "in":
            raise SyntaxProblem("syntax error: for NAME in WORDS")
        for word in raw[3:]:
            values: list[str] = yield from expand(self, word)
            for value in values:
                self.env[raw[1]] = value
                yield from self._run(statement.body, streams)

    def _loop(self, statement: Statement, streams: Streams) -> Going:
        status = 0
        while True:
            yield Sleep(ROUND_MS)
            yield from self._run(statement.condition, streams)
            if (self.status == 0) != (statement.kind == "while"):
                self.status = status
                return
            yield from self._run(statement.body, streams)
            status = self.status

    def _pipe(self, text: str, streams: Streams) -> Run:
        *before, last = split_pipe(text)
        stdin = streams.stdin
        for each in before:
            kept: list[bytes] = []
            yield from self._simple(each, Streams(kept.append, streams.err, stdin))
            stdin = b"".join(kept)
        if not before:
            return (yield from self._simple(last, streams))
        return (yield from self._simple(last, Streams(streams.out, streams.err, stdin)))

    def _simple(self, text: str, streams: Streams) -> Run:
        raw, redirects = raw_words(text)
        negated = raw[:1] == ["!"]
        raw = raw[1:] if negated else raw
        assigned: dict[str, str] = {}
        while raw and (found := _ASSIGNMENT.fullmatch(raw[0])):
            value: str = yield from expand_text(self, found[2])
            if len(value) > VALUE_CHARS_MAX:
                streams.complain("sh: Out of space")
                raise Exit(NO_SPACE_CODE)
            assigned[found[1]] = value
            raw = raw[1:]
        words: list[str] = []
        for each in raw:
            words += yield from expand(self, each)
        try:
            streams, written = yield from self._redirected(redirects, streams)
        except FileProblem as problem:
            streams.complain(f"sh: {problem}")
            return 1
        before = self.env
        self.env = {**before, **assigned}
        status = (yield from self.call(words, streams)) if words else 0
        if words and assigned:
            self.env = before
        try:
            for path, kept in written.items():
                self.files.write(path, b"".join(kept), appends=True)
        except FileProblem as problem:
            streams.complain(f"sh: write error: {problem}")
            status = 1
        return int(not status) if negated else status

    def _redirected(
        self, redirects: list[Redirect], streams: Streams
    ) -> Generator[Effect, Any, tuple[Streams, dict[str, list[bytes]]]]:
        """Where a command really reads and writes; what goes to files is kept until it ends."""
        made = Streams(streams.out, streams.err, streams.stdin)
        written: dict[str, list[bytes]] = {}
        for fd, operator, target in redirects:
            if target in ("&1", "&2"):
                chosen = made.out if target == "&1" else made.err
                made.out, made.err = (chosen, made.err) if fd == "1" else (made.out, chosen)
                continue
            name: str = yield from expand_text(self, target)
            path = self.path(name)
            try:
                if operator == "<":
                    made.stdin = self.files.read(path)
                    continue
                self.files.write(path, b"", appends=operator == ">>")
            except FileProblem as problem:
                what = "can't open" if operator == "<" else "can't create"
                raise FileProblem(f"{what} {name}: {problem}") from None
            kept = written.setdefault(path, [])
            if fd in ("1", "&"):
                made.out = kept.append
            if fd in ("2", "&"):
                made.err = kept.append
        return made, written

    # --- what words ask -----------------------------------------------------------------------

    def variable(self, name: str) -> str:
        special = {"?": str(self.status), "$": "42", "#": "0", "0": "sh"}
        return special[name] if name in special else self.env.get(name, "")

    def arithmetic(self, text: str) -> int:
        plain = re.sub(r"\$\{?(\w+)\}?", lambda m: self.env.get(m[1]) or "0", text)
        return summed(_NAME.sub(lambda m: self.env.get(m[0]) or "0", plain))

    def capture(self, text: str) -> Generator[Effect, Any, str]:
        """What a script writes, without newlines at its end."""
        kept: list[bytes] = []
        before, cwd = dict(self.env), self.cwd
        try:
            yield from self.script(text, Streams(kept.append, lambda data: None, b""))
        except Exit as exit_:
            self.status = exit_.code
        self.env, self.cwd = before, cwd
        return b"".join(kept).decode(errors="replace").rstrip("\n")


def _require_closed(text: str) -> None:
    """Raises SyntaxProblem where a quote or bracket stays open."""
    at = 0
    while at < len(text):
        at = at + 1 if text[at] == "#" else unit_end(text, at)
