"""One pipeline for both doors: from a request and credentials to an answer.

    authenticate -> authorize -> disturbances (faults) -> handler -> answer when durable

A handler decodes, has the kind's rules and admission judge, and writes to the store.

A handler that must wait is a generator; the pipeline drives it, performing each effect with the
world or with the performers that its process has registered. An answer is delivered when all
that was written before it is durable, so no reader ever sees what a crash could take back.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from tuik8s.api.errors import ApiError, internal_error, method_not_allowed, no_such_path
from tuik8s.api.selectors import parse_field_selector
from tuik8s.api.types import Request, User
from tuik8s.components.apiserver import documents
from tuik8s.components.apiserver.answers import Answer, refusal, text_answer
from tuik8s.components.apiserver.authentication.base import Credentials
from tuik8s.components.apiserver.authentication.impersonation import impersonated
from tuik8s.components.apiserver.authorization.base import Attributes
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.deprecations import DEPRECATED
from tuik8s.components.apiserver.effects import Effect
from tuik8s.components.apiserver.handlers.registry import HANDLERS
from tuik8s.components.apiserver.negotiation import OBJECT_FORMS, PACKED
from tuik8s.components.apiserver.options import first
from tuik8s.components.apiserver.request_log import RequestLog
from tuik8s.components.apiserver.routes import Route
from tuik8s.components.apiserver.subresources.registry import ANY_KIND, SUBRESOURCES
from tuik8s.components.store.errors import NoSpace

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

Reply = Callable[[Answer], None]


READ_ONLY = "this is a log, not a cluster; tuik8s fork makes a cluster of it"
_NAMED = frozenset({"get", "update", "patch", "delete"})
_READS = frozenset({"get", "list", "watch"})
_SELECTIVE = frozenset({"list", "watch", "deletecollection"})
_COLLECTIVE = frozenset({"list", "create", "deletecollection"})


class Pipeline:
    """Answers requests; effects are carried out by the core's performers."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._log = RequestLog(core.world)
        self.requests_count = 0
        self.faults_count = 0

    def handle(
        self, request: Request, route: Route, credentials: Credentials, reply: Reply
    ) -> None:
        """Answer a request; reply is called once, perhaps before this returns."""
        self.requests_count += 1
        if self._log.is_on:
            reply = self._log.watched(request, credentials.shown, reply)
        packed = bool(credentials.peer)
        warnings = [credentials.warning] if credentials.warning else []
        try:
            outcome = self._start(request, route, credentials, packed, warnings)
        except ApiError as error:
            reply(refusal(error, packed=packed, warnings=warnings))
            return
        except NoSpace as full:
            reply(refusal(_no_space(full), packed=packed))
            return
        except Exception as fault:  # a fault in one request must not take all others down
            reply(self._fault(fault, request, packed))
            return
        if isinstance(outcome, Answer):
            self._deliver(outcome, reply, packed)
        else:
            self._drive(outcome, None, request, reply, packed, warnings)

    def _start(
        self,
        request: Request,
        route: Route,
        credentials: Credentials,
        packed: bool,
        warnings: list[str],
    ) -> Outcome:
        core = self.core
        now_ms = core.world.now_ms()
        user = core.authentication.user(credentials, now_ms)
        if credentials.impersonation is not None:
            asked = _attributes(user, request, route)
            user = impersonated(core.authorization, user, credentials.impersonation, asked)
        core.authorization.require(_attributes(user, request, route))
        if core.config.read_only and request.verb not in _READS:
            raise ApiError(403, "Forbidden", READ_ONLY, {})
        if not route.resource:
            return documents.answer(core, request, user, packed=packed)
        kind = route.kind
        if kind is None:
            return _unknown(route)
        form = PACKED if packed else OBJECT_FORMS.form(request.accept)
        call = Call(request, user, kind, form, now_ms, warnings)
        deprecation = DEPRECATED.get(kind.resource) or (kind.custom and kind.rules.deprecation)
        if deprecation and not packed:
            call.warnings.append(deprecation)
        return core.disturbances.pass_on(call, lambda: self._handle(call))

    def _handle(self, call: Call) -> Outcome:
        kind, request = call.kind, call.request
        if request.subresource:
            return self._subresource(call)
        verb = request.verb
        handler = HANDLERS.get(verb)
        if handler is None or verb not in kind.verbs:
            raise method_not_allowed()
        if (verb in _NAMED and not request.name) or (verb in _COLLECTIVE and request.name):
            raise method_not_allowed()
        if kind.namespaced and not request.namespace and verb in ("create", "deletecollection"):
            raise method_not_allowed()
        return handler(self.core, call)

    def _subresource(self, call: Call) -> Outcome:
        kind, request = call.kind, call.request
        subresource = kind.subresource(request.subresource)
        if subresource is None:
            if kind.custom and request.subresource in ANY_KIND:
                raise call.not_found()
            raise no_such_path()
        if request.verb not in subresource.verbs:
            raise method_not_allowed()
        members = SUBRESOURCES.get((kind.resource, subresource.name)) or ANY_KIND.get(
            subresource.name, {}
        )
        handler = members.get(request.verb)
        if handler is None:
            raise method_not_allowed()
        return handler(self.core, call)

    def _deliver(self, answer: Answer, reply: Reply, packed: bool) -> None:
        def lost(full: NoSpace) -> None:
            self.core.forget_lost()
            reply(refusal(_no_space(full), packed=packed))

        self.core.store.when_durable(lambda: reply(answer), lost)

    def _drive(
        self,
        waiting: Generator[Effect, Any, Answer],
        result: Any,
        request: Request,
        reply: Reply,
        packed: bool,
        warnings: list[str],
    ) -> None:
        try:
            effect = waiting.send(result)
        except StopIteration as end:
            self._deliver(end.value, reply, packed)
            return
        except ApiError as error:
            reply(refusal(error, packed=packed, warnings=warnings))
            return
        except NoSpace as full:
            reply(refusal(_no_space(full), packed=packed))
            return
        except Exception as fault:  # as in handle
            reply(self._fault(fault, request, packed))
            return

        def resume(value: Any) -> None:
            self._drive(waiting, value, request, reply, packed, warnings)

        self.core.perform_effect(effect, resume)

    def _fault(self, fault: Exception, request: Request, packed: bool) -> Answer:
        if self.core.config.faults_propagate:
            raise fault
        self.faults_count += 1
        self.core.world.log.error(
            "Request failed",
            verb=request.verb,
            resource=request.resource,
            name=request.name,
            path=request.path,
            fault=f"{type(fault).__name__}: {fault}",
            where=_place(fault),
        )
        return refusal(internal_error("the request could not be handled"), packed=packed)


def _place(fault: Exception) -> str:
    trace = fault.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
    return place


def _no_space(full: NoSpace) -> ApiError:
    return ApiError(507, "InsufficientStorage", f"the request was not stored: {full}")


def _attributes(user: User, request: Request, route: Route) -> Attributes:
    if not route.resource:
        return Attributes(user=user, verb=request.verb, path=request.path)
    name, node = request.name, ""
    if not name and "fieldSelector" in request.query and request.verb in _SELECTIVE:
        name, node = _selected(request)
    return Attributes(
        user=user,
        verb=request.verb,
        group=request.group,
        version=request.version,
        resource=request.resource,
        subresource=request.subresource,
        namespace=route.scope or request.namespace,
        name=name,
        node=node,
    )


def _selected(request: Request) -> tuple[str, str]:
    """The one object's name and the node that a field selector asks for, if it does."""
    try:
        selector = parse_field_selector(first(request.query, "fieldSelector"))
    except ValueError:
        return "", ""
    node = selector.exact("spec.nodeName") or selector.exact("spec.host") or ""
    return selector.exact("metadata.name") or "", node


def _unknown(route: Route) -> Answer:
    if not route.known_group:
        return text_answer(404, "404 page not found\n")
    raise no_such_path()
