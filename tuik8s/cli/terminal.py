"""This process's terminal, or pipe, as the ends of a remote command."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import termios
import threading
import tty
from collections.abc import AsyncIterator, Iterator
from typing import Final

_PIECE: Final = 32 * 1024
_AHEAD_MAX: Final = 8
"""Pieces of input that may wait for the connection."""


@contextlib.contextmanager
def raw() -> Iterator[None]:
    """Hand every key on as it is; the terminal is as it was afterwards."""
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    tty.setraw(number, termios.TCSADRAIN)  # what was typed already is kept
    try:
        yield
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


@contextlib.contextmanager
def sizes() -> Iterator[asyncio.Queue[os.terminal_size]]:
    """The terminal's sizes, the present one first. Inside a running loop."""
    queue: asyncio.Queue[os.terminal_size] = asyncio.Queue()

    def tell() -> None:
        queue.put_nowait(shutil.get_terminal_size())

    loop = asyncio.get_running_loop()
    tell()
    loop.add_signal_handler(signal.SIGWINCH, tell)
    try:
        yield queue
    finally:
        loop.remove_signal_handler(signal.SIGWINCH)


async def typed() -> AsyncIterator[bytes]:
    """Standard input to its end.

    A thread reads, since a loop can wait for some kinds of files only; it does not keep the process
    from ending.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    room = threading.Semaphore(_AHEAD_MAX)

    def read() -> None:
        while True:
            room.acquire()
            try:
                data = os.read(sys.stdin.fileno(), _PIECE)
            except OSError:
                data = b""
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants it any more
                loop.call_soon_threadsafe(queue.put_nowait, data)
            if not data:
                return

    threading.Thread(target=read, daemon=True).start()
    while data := await queue.get():
        room.release()
        yield data


def show(channel: int, data: bytes) -> None:
    """Write what a remote command wrote."""
    to = sys.stderr if channel == 2 else sys.stdout
    to.buffer.write(data)
    to.buffer.flush()
