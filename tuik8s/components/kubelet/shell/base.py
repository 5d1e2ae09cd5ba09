"""What commands of a simulated container are given and may wait for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from tuik8s.components.kubelet.shell.interpreter import Shell


class Sleep(NamedTuple):
    """Go on after delay_ms."""

    delay_ms: int


class Read(NamedTuple):
    """Go on when the client has sent something; the result is that, or b"" at the end."""


READ: Final = Read()
Effect = Sleep | Read
Run = Generator[Effect, Any, int]
"""A command on its way; its value is its exit code."""


class Streams:
    """Where a command reads and writes. stdin None: from the client, by `READ`."""

    __slots__ = ("err", "out", "stdin")

    def __init__(
        self,
        out: Callable[[bytes], None],
        err: Callable[[bytes], None],
        stdin: bytes | None = None,
    ) -> None:
        self.out = out
        self.err = err
        self.stdin = stdin

    def say(self, text: str) -> None:
        self.out(text.encode())

    def complain(self, text: str) -> None:
        self.err(f"{text}\n".encode())


Command = Callable[["Shell", list[str], Streams], Run]
"""(shell, words with the command's own name first, streams)."""


class Interrupted(Exception):
    """Ctrl+C."""


class Exit(Exception):
    """The shell is over."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def at_once(run: Callable[[Shell, list[str], Streams], int]) -> Command:
    """A command that waits for nothing."""

    def command(shell: Shell, words: list[str], streams: Streams) -> Run:
        yield from ()
        return run(shell, words, streams)

    return command


def options(words: list[str], valued: str = "") -> tuple[dict[str, str], list[str]]:
    """(option letters with their values, the rest) of a command's words; the name is left out.

    valued: the letters that take a value.
    """
    found: dict[str, str] = {}
    rest = list(words[1:])
    while rest and len(rest[0]) > 1 and rest[0][0] == "-":
        word = rest.pop(0)
        if word == "--":
            break
        for place, letter in enumerate(word[1:], 2):
            found[letter] = ""
            if letter in valued:
                found[letter] = word[place:] or (rest.pop(0) if rest else "")
                break
    return found, rest
