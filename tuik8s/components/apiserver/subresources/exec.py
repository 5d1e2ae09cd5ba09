"""/exec of pods: a command in a container, run by the kubelet of the pod's node.

    HTTP: 101 after an upgrade, then a `RemoteSession` between the client and the kubelet
    bus:  one answer when the command has ended: {"stdout", "stderr", "exitCode"}

Upgrades by GET need the verb create as well, as upstream has it since 1.35. On the bus the body is
the command's input, `timeoutSeconds` its time, LONGEST_S at most.

Source: k8s.io/kubernetes pkg/registry/core/pod/rest/subresources.go, pkg/kubelet/kubelet_pods.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import msgspec

from tuik8s.api.errors import ApiError, bad_request, internal_error
from tuik8s.api.remote_command import Input, Output, packed, unpacked
from tuik8s.components.apiserver.answers import Answer, encode_msgpack
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.effects import Fetched, KubeletCall, Pause, Waiting
from tuik8s.components.apiserver.negotiation import PACKED
from tuik8s.components.apiserver.options import first, flag, integer
from tuik8s.components.apiserver.pod_containers import only_container, require_container
from tuik8s.components.apiserver.remote_session import RemoteSession, session_path
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

LONGEST_S: Final = 300
USUAL_S: Final = 30
_UPGRADE: Final = (
    "Upgrade request required: exec needs a WebSocket that offers v5.channel.k8s.io or "
    "v4.channel.k8s.io, or SPDY/3.1; any kubectl does"
)


def connect(core: Core, call: Call) -> Outcome:
    """Run a command. Raises ApiError in upstream's words where it cannot be."""
    request = call.request
    if call.form != PACKED and request.verb == "get":
        asked = core.attributes_of(call, "create")
        core.authorization.require(msgspec.structs.replace(asked, subresource="exec"))
    pod = core.reader.get("pods", request.namespace, request.name)
    if pod is None:
        raise call.not_found()
    container = first(request.query, "container") or only_container(pod)
    require_container(pod, container)
    node = (pod.get("spec") or {}).get("nodeName", "")
    if not node:
        raise bad_request(f"pod {request.name} does not have a host assigned")
    if not request.query.get("command"):
        raise bad_request("you must specify at least one command for the container")
    if core.config.read_only:
        raise ApiError(403, "Forbidden", "this is a log, not a cluster: nothing runs in it", {})
    is_packed = call.form == PACKED
    if not is_packed and not request.upgrade:
        raise bad_request(_UPGRADE)
    asked_for = [("command", word) for word in request.query["command"]]
    asked_for += [(name, "true") for name in ("stdin", "tty") if flag(request.query, name)]
    if is_packed and request.body and not flag(request.query, "stdin"):
        asked_for.append(("stdin", "true"))
    path = f"/exec/{quote(request.namespace)}/{quote(request.name)}/{quote(container)}"
    path += f"?{urlencode(asked_for)}"
    return _answer_whole(node, path, call) if is_packed else _open(core, node, path)


def _begin(node: str, path: str) -> Any:
    """The first output; asked again while the kubelet looks up what the pod's volumes hold."""
    while True:
        output: Output = output_of((yield KubeletCall(node, "POST", path)), node)
        if output.session:
            return output
        yield Pause(output.wake_ms)


def _open(core: Core, node: str, path: str) -> Waiting:
    begun: Output = yield from _begin(node, path)
    return Answer(101, stream=RemoteSession(core, node, begun))


def _answer_whole(node: str, path: str, call: Call) -> Waiting:
    query = call.request.query
    asked_s = integer(query, "timeoutSeconds")
    limit_ms = 1000 * min(LONGEST_S, USUAL_S if asked_s is None else max(1, asked_s))
    output: Output = yield from _begin(node, path)
    out, err, session = [output.stdout], [output.stderr], output.session
    given = Input(stdin=call.request.body, is_end=True)
    waited_ms = 0
    while output.exit_code < 0 and waited_ms < limit_ms:
        if given == Input():
            yield Pause(output.wake_ms)
            waited_ms += output.wake_ms
        if waited_ms >= limit_ms:
            given = Input(is_gone=True)
            err.append(f"ended after {limit_ms // 1000}s: it was still running\n".encode())
        fetched: Fetched = yield KubeletCall(node, "POST", session_path(session), packed(given))
        output, given = output_of(fetched, node), Input()
        out.append(output.stdout)
        err.append(output.stderr)
    told = {
        "stdout": b"".join(out).decode(errors="replace"),
        "stderr": b"".join(err).decode(errors="replace"),
        "exitCode": output.exit_code,
    }
    return call.done(200, b"", objects=(encode_msgpack(told),))


def output_of(fetched: Fetched, node: str) -> Output:
    """What the kubelet answered. Raises ApiError with its words."""
    if fetched.status == 0:
        why = fetched.error or "no answer"
        raise internal_error(f"error dialing backend: {node}:10250: {why}")
    if fetched.status != 200:
        text = fetched.body.decode(errors="replace").strip()
        reason = "NotFound" if fetched.status == 404 else "InternalError"
        raise ApiError(fetched.status, reason, text)
    found: Output = unpacked(fetched.body, Output)
    return found


HANDLERS: Final[Handlers] = {"get": connect, "create": connect}
