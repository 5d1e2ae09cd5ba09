"""A small shell: what a script writes, when, and how it ends, worked out before it runs.

    parse: text -> statements (simple commands, if, for, while, until)
    run:   statements -> Program: lines with their times, exit code and time, or none

Time passes in `sleep` alone. What asks the network (wget, curl, nslookup) finds what it asks for:
status 0, `200` when its output is taken. `while true` becomes lines that repeat. A word that the
shell does not know has status 127, as in a real one.

Source: POSIX.1-2017, Shell Command Language, the part that manifests put behind `sh -c`.
"""

from __future__ import annotations

import re
import shlex

from tuik8s.api.numbers import parse_int
from tuik8s.components.kubelet.program import Program, Writes
from tuik8s.components.kubelet.shell.script import (
    COMPARED,
    NO_SPACE_CODE,
    OVERFLOWN_CODE,
    VALUE_CHARS_MAX,
    Parser,
    Statement,
    integer,
    sleep_ms,
    summed,
)

NOT_FOUND_CODE = 127
STEPS_MAX = 5_000
PERIOD_MS_MIN = 1_000
FOREVER = frozenset(("tail", "httpd", "nc", "top", "cat", "watch", "ping", "nginx", "server"))
NETWORK = frozenset(("wget", "curl", "nslookup", "getent", "dig"))
SILENT = frozenset(
    (
        *("true", ":", "trap", "set", "export", "cd", "mkdir", "touch", "rm", "chmod", "wait"),
        *("cp", "mv", "ln", "chown", "date", "hostname", "ls", "sync", "umask", "printf", "grep"),
        *("awk", "sed", "local", "readonly", "ulimit", "kill", "stat", "tee", "head", "sort"),
    )
)
_NAME = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_TAKEN = re.compile(r"\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)|`([^`]*)`", re.DOTALL)
_SUM = re.compile(r"\$\(\(([^()]*)\)\)")
_VARIABLE = re.compile(r"\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+|\?)")


class _Ended(Exception):
    """The script is over: code -1 for one that goes on for ever."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run_script(script: str, env: dict[str, str], *, stops_on_error: bool = False) -> Program:
    """The program that a shell script amounts to."""
    result = Program(stop_exit_code=137)
    shell = _Shell(dict(env), result, stops_on_error)
    try:
        shell.run(Parser(script).statements(()))
        code = shell.status
    except _Ended as ended:
        code = ended.code
    except RecursionError:
        code = OVERFLOWN_CODE
    if code >= 0:
        result.exit_after_ms, result.exit_code = shell.at_ms, code
    return result


class _Shell:
    """Runs statements; time and variables are its own."""

    def __init__(self, env: dict[str, str], result: Program, stops_on_error: bool) -> None:
        self.at_ms = 0
        self.status = 0
        self._env = env
        self._result = result
        self._stops = stops_on_error
        self._steps = 0

    def run(self, statements: list[Statement]) -> None:
        for number, statement in enumerate(statements):
            if (statement.joined == "&&" and self.status) or (
                statement.joined == "||" and not self.status
            ):
                continue
            self._one(statement)
            following = statements[number + 1].joined if number + 1 < len(statements) else ""
            if self.status and self._stops and not following and statement.kind == "simple":
                raise _Ended(self.status)

    def _holds(self, condition: list[Statement]) -> bool:
        stops, self._stops = self._stops, False
        self.run(condition)
        self._stops = stops
        return self.status == 0

    def _step(self) -> None:
        self._steps += 1
        if self._steps > STEPS_MAX:
            raise _Ended(-1)

    def _one(self, statement: Statement) -> None:
        self._step()
        if statement.kind == "simple":
            self.status = self._simple(statement.text)
        elif statement.kind == "if":
            holds = self._holds(statement.condition)
            self.status = 0
            self.run(statement.body if holds else statement.otherwise)
        elif statement.kind == "for":
            self._for(statement)
        elif _is_endless(statement):
            self._endless(statement.body)
        else:
            while self._holds(statement.condition) == (statement.kind == "while"):
                self._step()
                self.run(statement.body)
            self.status = 0

    def _for(self, statement: Statement) -> None:
        words = self._expand(statement.text).split()
        for word in words[3:] if words[2:3] == ["in"] else ():
            self._env[words[1]] = word
            self.run(statement.body)

    def _endless(self, body: list[Statement]) -> None:
        """Run one round; what it writes is written again in every further one."""
        outer, self._result.writes = self._result.writes, []
        began_ms = self.at_ms
        try:
            self.run(body)
        except _Ended:
            self._result.writes = outer + self._result.writes
            raise
        period_ms = max(self.at_ms - began_ms, PERIOD_MS_MIN)
        again = [Writes(line.text, line.at_ms, period_ms) for line in self._result.writes]
        self._result.writes = outer + again
        raise _Ended(-1)

    def _simple(self, text: str) -> int:
        """The status of one command."""
        first, *piped = _pipe(text)
        words = self._words(first)
        negated = words[:1] == ["!"]
        words = words[1:] if negated else words
        while words and _NAME.fullmatch(words[0]):
            name, _, value = words.pop(0).partition("=")
            if len(value) > VALUE_CHARS_MAX:
                self._result.writes.append(Writes("sh: Out of space", self.at_ms))
                raise _Ended(NO_SPACE_CODE)
            self._env[name] = value
        status = self._command(words, quiet=bool(piped)) if words else 0
        return int(not status) if negated else status

    def _command(self, words: list[str], *, quiet: bool) -> int:
        name, rest = words[0].rpartition("/")[2], words[1:]
        if name == "echo":
            if not quiet and not any(word.startswith(">") for word in rest):
                text = " ".join(word for word in rest if word not in ("-e", "-n"))
                self._result.writes.append(Writes(text, self.at_ms))
            return 0
        if name == "sleep":
            if rest and rest[0] in ("infinity", "inf"):
                raise _Ended(-1)
            self.at_ms += sleep_ms(rest[0] if rest else "0")
            return 0
        if name == "exit":
            code = parse_int(rest[0]) if rest else None
            raise _Ended(self.status if code is None else code & 0xFF)
        if name in ("exec", "command", "time", "timeout", "nohup"):
            return self._command(rest, quiet=quiet) if rest else 0
        if name == "set" and any(word.startswith("-") and "e" in word for word in rest):
            self._stops = True
        if name == "false":
            return 1
        if name in ("test", "["):
            return int(not _tested([word for word in rest if word != "]"]))
        if name in SILENT or name in NETWORK:
            return 0
        if name in FOREVER:
            raise _Ended(-1)
        self._result.writes.append(Writes(f"sh: {name}: not found", self.at_ms))
        return NOT_FOUND_CODE

    # --- words --------------------------------------------------------------------------------

    def _words(self, text: str) -> list[str]:
        text = self._expand(re.sub(r"\s[12]?>&[12]|\s2>\s*/dev/null", "", text))
        try:
            return shlex.split(text)
        except ValueError:
            return text.split()

    def _expand(self, text: str) -> str:
        text = _SUM.sub(lambda match: str(self._sum(match[1])), text)
        text = _TAKEN.sub(lambda match: self._output(match[1] or match[2] or ""), text)
        return self._variables(text)

    def _sum(self, text: str) -> int:
        named = re.sub(r"\b[A-Za-z_]\w*", lambda m: self._env.get(m[0], "0"), self._variables(text))
        return summed(named)

    def _variables(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            if match[3] == "?":
                return str(self.status)
            return self._env.get(match[1] or match[3]) or match[2] or ""

        quoted = re.split(r"('[^']*')", text)
        return "".join(q if q.startswith("'") else _VARIABLE.sub(value, q) for q in quoted)

    def _output(self, command: str) -> str:
        """What a command would write, where that matters to scripts."""
        words = self._words(_pipe(command)[0])
        name = words[0].rpartition("/")[2] if words else ""
        if name == "seq":
            ends = [end for end in map(parse_int, words[1:3]) if end is not None]
            first, last = (ends[0], ends[1]) if len(ends) == 2 else (1, ends[0] if ends else 0)
            return " ".join(str(n) for n in range(first, min(last, first + STEPS_MAX) + 1))
        if name in ("wget", "curl"):
            return "200"
        if name == "echo":
            return " ".join(words[1:])
        return self._env.get("HOSTNAME", "") if name == "hostname" else ""


def _is_endless(statement: Statement) -> bool:
    words = [each.text for each in statement.condition]
    return statement.kind == "while" and words in (["true"], [":"], ["[ 1 ]"])


def _pipe(text: str) -> list[str]:
    """The commands of a pipe; only the first is run."""
    parts = re.findall(
        r"""(?:[^|'"`$]|\$\((?:[^()]|\([^()]*\))*\)|\$|'[^']*'|"[^"]*"|`[^`]*`)+""", text
    )
    return parts or [text]


def _tested(words: list[str]) -> bool:
    """What `[` says of its arguments; files are not there."""
    if words[:1] == ["!"]:
        return not _tested(words[1:])
    if len(words) == 3 and words[1] in ("=", "==", "!="):
        return (words[0] == words[2]) == (words[1] != "!=")
    if len(words) == 3 and words[1] in COMPARED:
        return bool(COMPARED[words[1]](integer(words[0]), integer(words[2])))
    if len(words) == 2 and words[0] in ("-n", "-z"):
        return (words[0] == "-n") == bool(words[1])
    if words[:1] in (["-n"], ["-z"]):
        return words[0] == "-z"
    return len(words) == 1 and bool(words[0])
