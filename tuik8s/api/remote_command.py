"""A command in a running container, or its own, as the API server and a kubelet speak of it.

    POST /exec/NAMESPACE/POD/CONTAINER?command=...&tty=true    -> Output, with the id of a session
    POST /attach/NAMESPACE/POD/CONTAINER?stdin=true            the same, of its own process
    POST /execSession/ID    Input                              -> Output: what came since

The body of both is msgpack. A session that is not asked for IDLE_MS is ended, as is one that is
told that its client has gone.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tuik8s.api.types import Object

IDLE_MS: Final = 60_000
LOOK_MS: Final = 1_000
"""How often a session is looked at that says nothing of when something will happen."""


class Input(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the client sent. width and height: of its terminal, in characters, 0 for unchanged.

    is_held: the client is there and does not read: nothing is to be handed over for now.
    """

    stdin: bytes = b""
    is_end: bool = False
    width: int = 0
    height: int = 0
    is_gone: bool = False
    is_held: bool = False


class Output(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was written since. exit_code: -1 while it runs; wake_ms: when to look again.

    is_full: the command has more input than it reads, and takes none for now. problem: why it was
    lost, which ends it.
    """

    session: str = ""
    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = -1
    wake_ms: int = LOOK_MS
    is_full: bool = False
    problem: str = ""


def packed(value: msgspec.Struct) -> bytes:
    return msgspec.msgpack.encode(value)


def unpacked(body: bytes, kind: type[Any]) -> Any:
    """An Input or an Output. Raises ValueError when it is none."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise ValueError(str(problem)) from problem


def exit_status(code: int) -> Object:
    """The Status that ends a remote command, from which clients take their own exit code."""
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {},
        "status": "Failure",
        "reason": "NonZeroExitCode",
        "message": f"command terminated with non-zero exit code: exit status {code}",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }


def failure(message: str) -> Object:
    """The Status of a command that was lost on its way."""
    return {"metadata": {}, "status": "Failure", "reason": "InternalError", "message": message,
            "code": 500}  # fmt: skip
