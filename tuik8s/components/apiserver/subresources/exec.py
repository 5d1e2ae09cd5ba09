"""/exec of pods: a command in a container, run by the kubelet of the pod's node.

    HTTP: 101 after an upgrade, then a `RemoteSession` between the client and the kubelet
    bus:  one answer when the command has ended: {"stdout", "stderr", "exitCode"}

On the bus the body is the command's input, `timeoutSeconds` its time, LONGEST_S at most;
one that writes more than WHOLE_BYTES_MAX is ended, too.

Source: k8s.io/kubernetes pkg/registry/core/pod/rest/subresources.go, pkg/kubelet/kubelet_pods.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from tuik8s.api.errors import bad_request
from tuik8s.api.remote_command import Input, Output, packed
from tuik8s.components.apiserver.answers import encode_msgpack
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.effects import Fetched, KubeletCall, Pause, Waiting
from tuik8s.components.apiserver.negotiation import PACKED
from tuik8s.components.apiserver.options import flag, integer
from tuik8s.components.apiserver.pod_connections import kubelet_path, pod_and_node, require_upgrade
from tuik8s.components.apiserver.pod_containers import container_of
from tuik8s.components.apiserver.remote_session import (
    begin,
    open_session,
    output_of,
    session_path,
)
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

LONGEST_S: Final = 300
USUAL_S: Final = 30
WHOLE_BYTES_MAX: Final = 8 << 20
"""Of an answer that is kept until the command has ended."""


def connect(core: Core, call: Call) -> Outcome:
    """Run a command. Raises ApiError in upstream's words where it cannot be."""
    request = call.request
    pod, node = pod_and_node(core, call)
    path = kubelet_path("exec", request, container_of(pod, request.query))
    if not request.query.get("command"):
        raise bad_request("you must specify at least one command for the container")
    is_packed = call.form == PACKED
    if not is_packed:
        require_upgrade(call, "exec")
    asked_for = [("command", word) for word in request.query["command"]]
    asked_for += [(name, "true") for name in ("stdin", "tty") if flag(request.query, name)]
    if is_packed and request.body and not flag(request.query, "stdin"):
        asked_for.append(("stdin", "true"))
    path += f"?{urlencode(asked_for)}"
    return _answer_whole(node, path, call) if is_packed else open_session(core, node, path)


def _answer_whole(node: str, path: str, call: Call) -> Waiting:
    query = call.request.query
    asked_s = integer(query, "timeoutSeconds")
    limit_ms = 1000 * min(LONGEST_S, USUAL_S if asked_s is None else max(1, asked_s))
    output: Output = yield from begin(node, path)
    out, err, session = [output.stdout], [output.stderr], output.session
    given = Input(stdin=call.request.body, is_end=True)
    waited_ms, size = 0, len(output.stdout) + len(output.stderr)
    while output.exit_code < 0 and not given.is_gone:
        if given == Input():
            yield Pause(output.wake_ms)
            waited_ms += output.wake_ms
        if size > WHOLE_BYTES_MAX:
            given = Input(is_gone=True)
            err.append(f"ended: it wrote more than {WHOLE_BYTES_MAX >> 20} MiB\n".encode())
        elif waited_ms >= limit_ms:
            given = Input(is_gone=True)
            err.append(f"ended after {limit_ms // 1000}s: it was still running\n".encode())
        fetched: Fetched = yield KubeletCall(node, "POST", session_path(session), packed(given))
        output, given = output_of(fetched, node), Input(is_gone=given.is_gone)
        size += len(output.stdout) + len(output.stderr)
        out.append(output.stdout)
        err.append(output.stderr)
    told = {
        "stdout": b"".join(out).decode(errors="replace"),
        "stderr": b"".join(err).decode(errors="replace"),
        "exitCode": output.exit_code,
    }
    return call.done(200, b"", objects=(encode_msgpack(told),))


HANDLERS: Final[Handlers] = {"get": connect, "create": connect}
