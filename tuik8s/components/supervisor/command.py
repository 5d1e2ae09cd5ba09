"""Give one command to a running supervisor and wait for its answer."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import msgspec

from tuik8s.components.supervisor.channel import Message
from tuik8s.components.supervisor.directory import Refusal

ANSWER_WITHIN_S = 10.0

Process = dict[str, Any]
"""name, hosts (nodes), pid, state, restarts, up_ms, last_exit, and facts of its own."""


def ask(runtime: str, message: Message) -> Message:
    """The supervisor's answer. Raises Refusal when it cannot be reached or says no."""
    path = Path(runtime) / "control.sock"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(ANSWER_WITHIN_S)
            sock.connect(str(path))
            sock.sendall(msgspec.json.encode(message) + b"\n")
            line = sock.makefile("rb").readline()
    except OSError as problem:
        raise Refusal(f"the supervisor does not answer on {path}: {problem}") from problem
    if not line:
        raise Refusal("the supervisor closed the connection without an answer")
    answer = msgspec.json.decode(line, type=dict[str, object])
    if "error" in answer:
        raise Refusal(str(answer["error"]))
    return answer


def processes_of(runtime: str) -> list[Process]:
    """What the supervisor says of each process. Raises Refusal as `ask` does."""
    processes = ask(runtime, {"command": "status"})["processes"]
    assert isinstance(processes, list), "the supervisor answers with a list of processes"
    return processes
