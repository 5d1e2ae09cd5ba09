"""/log of pods: asked of the kubelet of the pod's node; followed by asking for what came since.

Source: k8s.io/kubernetes pkg/registry/core/pod/{strategy.go,rest/log.go} (LogLocation, 1.36),
pkg/apis/core/validation (ValidatePodLogOptions).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from tuik8s.api.errors import ApiError, FieldError, bad_request, forbidden, invalid, invalid_object
from tuik8s.api.times import parse_time
from tuik8s.components.apiserver.answers import TEXT, Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.effects import Fetched, KubeletCall, Waiting
from tuik8s.components.apiserver.options import Query, first, flag, integer
from tuik8s.components.apiserver.pod_containers import container_of
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

NOT_IN_LOG: Final = (
    "this is a log, not a cluster: what containers wrote is not in it; events are, and what "
    "processes wrote"
)
_FOLLOW_MS: Final = 250
_NUMBERS: Final = {"tailLines": 0, "limitBytes": 1, "sinceSeconds": 1}
"""Parameters, and the least that each may be."""
_ONCE: Final = ("tailLines", "sinceSeconds", "sinceTimeMs", "limitBytes")


def get_log(core: Core, call: Call) -> Outcome:
    """Answer with the text of a container's log; 204 while the pod has no node."""
    request = call.request
    pod = core.reader.get("pods", request.namespace, request.name)
    if pod is None:
        raise call.not_found()
    container = container_of(pod, request.query)
    query = _kubelet_query(request.name, request.query)
    node = (pod.get("spec") or {}).get("nodeName", "")
    if not node:
        return Answer(204, b"", TEXT)
    if core.config.read_only:
        raise ApiError(403, "Forbidden", NOT_IN_LOG, {})
    path = f"/containerLogs/{request.namespace}/{request.name}/{container}"
    return _ask(core, node, path, query, bool(flag(request.query, "follow")))


def _kubelet_query(pod: str, query: Query) -> dict[str, str]:
    """What the kubelet is asked. Raises ApiError in upstream's words for what makes no sense."""
    out: dict[str, str] = {}
    errors: list[FieldError] = []
    for name, least in _NUMBERS.items():
        number = integer(query, name)
        if number is not None:
            out[name] = str(number)
            if number < least:
                why = "must be greater than 0" if least else "must be greater than or equal to 0"
                errors.append(invalid(name, number, why))
    for name in ("timestamps", "previous"):
        if flag(query, name):
            out[name] = "true"
    since = first(query, "sinceTime")
    if since:
        try:
            out["sinceTimeMs"] = str(parse_time(since))
        except ValueError as error:
            raise bad_request(str(error)) from None
        if "sinceSeconds" in out:
            why = "at most one of `sinceTime` or `sinceSeconds` may be specified"
            errors.append(forbidden("", why))
    if errors:
        raise invalid_object("", "PodLogOptions", pod, errors)
    return out


def _ask(core: Core, node: str, path: str, query: dict[str, str], follow: bool) -> Waiting:
    result: Fetched = yield KubeletCall(node, "GET", _url(path, query))
    if result.status == 0:
        message = f'Get "https://{node}:10250{path}": {result.error or "no answer"}'
        raise ApiError(500, "InternalError", f"Internal error occurred: {message}")
    if result.status >= 400:
        text = result.body.decode("utf-8", "replace").strip()
        reason = "NotFound" if result.status == 404 else "BadRequest"
        raise ApiError(result.status, reason, text)
    if not follow or result.headers.get("x-ended") == "true":
        return Answer(200, result.body, "text/plain")
    return Answer(200, b"", "text/plain", stream=FollowedLog(core, node, path, query, result))


def _url(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


class FollowedLog:
    """A log whose new lines are sent until the container has ended (see `streaming.Stream`)."""

    def __init__(
        self, core: Core, node: str, path: str, query: dict[str, str], begun: Fetched
    ) -> None:
        self.send: Callable[[bytes], None] = lambda data: None
        self.on_end: Callable[[], None] = lambda: None
        self.is_closed = False
        self._core = core
        self._node = node
        self._path = path
        self._query = {k: v for k, v in query.items() if k not in _ONCE}
        self._begun = begun

    def start(self) -> None:
        self._take(self._begun)

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self.on_end()

    def _take(self, result: Any) -> None:
        if self.is_closed:
            return
        if result.body and result.status == 200:
            self.send(result.body)
        if result.status != 200 or result.headers.get("x-ended") == "true":
            self.close()
            return
        self._query["from"] = result.headers.get("x-next", "0")
        self._core.world.call_after(_FOLLOW_MS, self._ask_more)

    def _ask_more(self) -> None:
        if not self.is_closed:
            url = _url(self._path, self._query)
            self._core.perform_effect(KubeletCall(self._node, "GET", url), self._take)


HANDLERS: Final[Handlers] = {"get": get_log}
