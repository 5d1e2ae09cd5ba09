"""Everyday commands: what there is, where we are, files, time, and the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from tuik8s.api.numbers import parse_int
from tuik8s.components.kubelet.shell.base import Exit, Run, Sleep, Streams, options
from tuik8s.components.kubelet.shell.files import FileProblem
from tuik8s.components.kubelet.shell.interpreter import NOT_FOUND_CODE, Shell
from tuik8s.components.kubelet.shell.script import COMPARED, integer, sleep_ms

_ESCAPES: Final = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\\": "\\",
    "e": "\x1b",
}  # fmt: skip
_SIGNALS: Final = {"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "TERM": 15}
_SIGNAL_MAX: Final = 64
_IGNORED_BY_DEFAULT: Final = (0, 17, 18, 23, 28)


def unescaped(text: str) -> str:
    """`\\n`, `\\t`, `\\0NN` as the characters that they mean."""

    def replaced(match: re.Match[str]) -> str:
        if match[1][0] in "01234567":
            return chr(int(match[1], 8) & 0xFF)
        return _ESCAPES.get(match[1], match[0])

    return re.sub(r"\\(0[0-7]{0,3}|[1-7][0-7]{0,2}|.)", replaced, text)


def echo(shell: Shell, words: list[str], streams: Streams) -> int:
    rest, flags = words[1:], ""
    while rest and re.fullmatch(r"-[neE]+", rest[0]):
        flags += rest.pop(0)[1:]
    text = " ".join(rest)
    text = unescaped(text) if "e" in flags else text
    streams.say(text if "n" in flags else f"{text}\n")
    return 0


def printf(shell: Shell, words: list[str], streams: Streams) -> int:
    if len(words) < 2:
        streams.complain("printf: usage: printf FORMAT [ARGUMENT]...")
        return 2
    template, arguments = unescaped(words[1]), words[2:]
    while True:
        before = len(arguments)

        def value(match: re.Match[str]) -> str:
            if match[2] == "%":
                return "%"
            argument = arguments.pop(0) if arguments else ""
            if match[2] == "s":
                return ("%" + match[1] + "s") % argument
            return ("%" + match[1] + match[2]) % integer(argument)

        streams.say(re.sub(r"%([-0 ]?[0-9]{0,4})([sdixX%])", value, template))
        if not arguments or len(arguments) == before:
            return 0


def env(shell: Shell, words: list[str], streams: Streams) -> Run:
    """All variables, or a command with others."""
    rest = words[1:]
    before = shell.env
    shell.env = dict(before)
    while rest and "=" in rest[0]:
        name, _, shell.env[name] = rest.pop(0).partition("=")
    try:
        if rest:
            return (yield from shell.call(rest, streams))
        streams.say("".join(f"{name}={value}\n" for name, value in shell.env.items()))
        return 0
    finally:
        shell.env = before


def printenv(shell: Shell, words: list[str], streams: Streams) -> int:
    if len(words) == 1:
        streams.say("".join(f"{name}={value}\n" for name, value in shell.env.items()))
        return 0
    for name in words[1:]:
        if name in shell.env:
            streams.say(f"{shell.env[name]}\n")
    return int(any(name not in shell.env for name in words[1:]))


def export(shell: Shell, words: list[str], streams: Streams) -> int:
    for word in words[1:]:
        name, has_value, value = word.partition("=")
        if has_value:
            shell.env[name] = value
    return 0


def unset(shell: Shell, words: list[str], streams: Streams) -> int:
    for name in words[1:]:
        shell.env.pop(name, None)
    return 0


def hostname(shell: Shell, words: list[str], streams: Streams) -> int:
    streams.say(f"{shell.facts.ip if words[1:2] == ['-i'] else shell.facts.pod}\n")
    return 0


def whoami(shell: Shell, words: list[str], streams: Streams) -> int:
    streams.say("uid=0(root) gid=0(root) groups=0(root)\n" if words[0] == "id" else "root\n")
    return 0


def uname(shell: Shell, words: list[str], streams: Streams) -> int:
    whole = f"Linux {shell.facts.pod} 6.1.0-tuik8s #1 SMP x86_64 GNU/Linux"
    shown = {"-a": whole, "-n": shell.facts.pod, "-r": "6.1.0-tuik8s", "-m": "x86_64"}
    streams.say(f"{shown.get(words[1] if words[1:] else '', 'Linux')}\n")
    return 0


def pwd(shell: Shell, words: list[str], streams: Streams) -> int:
    streams.say(f"{shell.cwd}\n")
    return 0


def cd(shell: Shell, words: list[str], streams: Streams) -> int:
    name = words[1] if words[1:] else shell.env.get("HOME", "/")
    path = shell.path(name)
    if not shell.files.is_directory(path):
        streams.complain(f"sh: cd: can't cd to {name}: No such file or directory")
        return 2
    shell.cwd = path
    return 0


def ls(shell: Shell, words: list[str], streams: Streams) -> int:
    flags, names = options(words)
    status = 0
    for number, name in enumerate(names or ["."]):
        path = shell.path(name)
        if shell.files.is_file(path):
            streams.say(_listed(shell, path, name, "l" in flags))
            continue
        try:
            inside = shell.files.names(path)
        except FileProblem as problem:
            streams.complain(f"ls: {name}: {problem}")
            status = 1
            continue
        if len(names) > 1:
            streams.say(f"{'' if number == 0 else chr(10)}{name}:\n")
        for each in inside:
            if not each.startswith(".") or "a" in flags or "A" in flags:
                streams.say(_listed(shell, f"{path.rstrip('/')}/{each}", each, "l" in flags))
    return status


def _listed(shell: Shell, path: str, name: str, is_long: bool) -> str:
    if not is_long:
        return f"{name}\n"
    is_directory = shell.files.is_directory(path)
    size = 4096 if is_directory else len(shell.files.read(path))
    mode = "drwxr-xr-x" if is_directory else "-rw-r--r--"
    born = datetime.fromtimestamp(shell.facts.started_at_ms / 1000, UTC)
    return f"{mode}    1 root     root     {size:>9} {born:%b %e %H:%M} {name}\n"


def mkdir(shell: Shell, words: list[str], streams: Streams) -> int:
    flags, names = options(words, "m")
    return _each(
        words[0],
        names,
        streams,
        lambda name: shell.files.make(shell.path(name), parents="p" in flags),
    )


def touch(shell: Shell, words: list[str], streams: Streams) -> int:
    return _each(
        words[0],
        options(words)[1],
        streams,
        lambda name: shell.files.write(shell.path(name), b"", appends=True),
    )


def rm(shell: Shell, words: list[str], streams: Streams) -> int:
    flags, names = options(words)

    def remove(name: str) -> None:
        path = shell.path(name)
        if shell.files.exists(path) or "f" not in flags:
            shell.files.remove(path, whole="r" in flags or "R" in flags)

    return _each(words[0], names, streams, remove)


def cp(shell: Shell, words: list[str], streams: Streams) -> int:
    """cp, and mv, of files."""
    *sources, to = options(words)[1] or [""]
    if not sources or not to:
        streams.complain(f"{words[0]}: usage: {words[0]} SOURCE... DEST")
        return 1
    target = shell.path(to)

    def copy(name: str) -> None:
        path = shell.path(name)
        inside = shell.files.is_directory(target)
        end = f"{target.rstrip('/')}/{path.rpartition('/')[2]}" if inside else target
        shell.files.write(end, shell.files.read(path))
        if words[0] == "mv":
            shell.files.remove(path)

    return _each(words[0], sources, streams, copy)


def _each(command: str, names: list[str], streams: Streams, act: Callable[[str], None]) -> int:
    status = 0
    for name in names:
        try:
            act(name)
        except FileProblem as problem:
            streams.complain(f"{command}: {name}: {problem}")
            status = 1
    return status


def date(shell: Shell, words: list[str], streams: Streams) -> int:
    now = datetime.fromtimestamp(shell.now_ms / 1000, UTC)
    form = next(
        (word[1:] for word in words[1:] if word.startswith("+")), "%a %b %e %H:%M:%S UTC %Y"
    )
    form = form.replace("%s", str(shell.now_ms // 1000)).replace("%N", f"{now:%f}000")
    streams.say(f"{now.strftime(form)}\n")
    return 0


def uptime(shell: Shell, words: list[str], streams: Streams) -> int:
    seconds = (shell.now_ms - shell.facts.started_at_ms) // 1000
    now = datetime.fromtimestamp(shell.now_ms / 1000, UTC)
    streams.say(f" {now:%H:%M:%S} up {seconds // 60} min,  load average: 0.00, 0.00, 0.00\n")
    return 0


def ps(shell: Shell, words: list[str], streams: Streams) -> int:
    streams.say(f"PID   USER     COMMAND\n    1 root     {shell.facts.first_command}\n")
    streams.say(f"   42 root     {' '.join(words)}\n")
    return 0


def sleep(shell: Shell, words: list[str], streams: Streams) -> Run:
    if len(words) < 2:
        streams.complain("sleep: usage: sleep N")
        return 1
    forever = words[1] in ("infinity", "inf")
    yield Sleep(10 * 365 * 86_400_000 if forever else sum(sleep_ms(word) for word in words[1:]))
    return 0


def kill(shell: Shell, words: list[str], streams: Streams) -> int:
    """Signals end process 1, and with it the container; others are not there."""
    rest, signal = words[1:], 15
    if rest and rest[0].startswith("-"):
        name = rest.pop(0)[1:]
        if name == "s" and rest:
            name = rest.pop(0)
        number = parse_int(name)
        signal = _SIGNALS.get(name.removeprefix("SIG"), 15) if number is None else number
    if not 0 <= signal <= _SIGNAL_MAX:
        streams.complain(f"sh: kill: invalid signal number {signal}")
        return 1
    for pid in rest:
        if pid != "1":
            streams.complain(f"sh: can't kill pid {pid}: No such process")
            return 1
        if signal not in _IGNORED_BY_DEFAULT:
            shell.wants_end = 128 + signal
    return 0


def leave(shell: Shell, words: list[str], streams: Streams) -> int:
    """exit"""
    code = parse_int(words[1]) if words[1:] else shell.status
    if code is None:
        streams.complain(f"sh: exit: Illegal number: {words[1]}")
    raise Exit(2 if code is None else code & 0xFF)


def true(shell: Shell, words: list[str], streams: Streams) -> int:
    return 0


def false(shell: Shell, words: list[str], streams: Streams) -> int:
    return 1


def test(shell: Shell, words: list[str], streams: Streams) -> int:
    rest = words[1:-1] if words[0] == "[" and words[-1] == "]" else words[1:]
    return int(not _holds(shell, rest))


def _holds(shell: Shell, words: list[str]) -> bool:
    if words[:1] == ["!"]:
        return not _holds(shell, words[1:])
    if len(words) == 3 and words[1] in ("=", "==", "!="):
        return (words[0] == words[2]) == (words[1] != "!=")
    if len(words) == 3 and words[1] in COMPARED:
        return bool(COMPARED[words[1]](integer(words[0]), integer(words[2])))
    if len(words) == 2:
        path = shell.path(words[1])
        asked: dict[str, Callable[[str], bool]] = {
            "-e": shell.files.exists, "-r": shell.files.exists, "-f": shell.files.is_file,
            "-d": shell.files.is_directory,
            "-s": lambda p: shell.files.is_file(p) and bool(shell.files.read(p)),
        }  # fmt: skip
        if words[0] in asked:
            return asked[words[0]](path)
        return (words[0] == "-n") == bool(words[1])
    return len(words) == 1 and bool(words[0])


def which(shell: Shell, words: list[str], streams: Streams) -> int:
    names = [word for word in words[1:] if not word.startswith("-")]
    for name in names:
        if name in shell.commands:
            streams.say(f"/bin/{name}\n")
    return int(any(name not in shell.commands for name in names))


def command(shell: Shell, words: list[str], streams: Streams) -> Run:
    """`command NAME ...` runs it, `command -v NAME` says where it is, by its code if it is."""
    if words[1:2] not in (["-v"], ["-V"]):
        return (yield from shell.call(words[1:], streams)) if words[1:] else 0
    for name in words[2:]:
        if name.rpartition("/")[2] not in shell.commands:
            return NOT_FOUND_CODE
        streams.say(f"/bin/{name.rpartition('/')[2]}\n")
    return 0


def exec_(shell: Shell, words: list[str], streams: Streams) -> Run:
    """Become a command: the shell ends with its code. Raises Exit."""
    if not words[1:]:
        return 0
    raise Exit((yield from shell.call(words[1:], streams)))


def sh(shell: Shell, words: list[str], streams: Streams) -> Run:
    """A shell in a shell: of a script, of a file, or of what is typed."""
    env, cwd = dict(shell.env), shell.cwd
    rest = [word for word in words[1:] if word == "-c" or not re.fullmatch(r"-[a-z]+", word)]
    script = next((word for word in words[1:] if re.fullmatch(r"-[a-z]*c", word)), "")
    try:
        if script:
            rest = words[words.index(script) + 1 :]
            if not rest:
                streams.complain("sh: -c: option requires an argument")
                return 2
            return (yield from shell.script(rest[0], streams))
        if rest:
            text = shell.files.read(shell.path(rest[0])).decode(errors="replace")
            return (yield from shell.script(text, streams))
        return (yield from shell.prompt(streams))
    except FileProblem as problem:
        streams.complain(f"sh: can't open {rest[0]}: {problem}")
        return 2
    except Exit as exit_:
        return exit_.code
    finally:
        shell.env, shell.cwd = env, cwd
