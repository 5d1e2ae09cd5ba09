"""SelfSubjectRulesReview: all that I may do in a namespace, as far as roles say it.

Source: k8s.io/kubernetes pkg/registry/authorization/selfsubjectrulesreview (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.api.errors import bad_request
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call
from tuik8s.components.apiserver.options import WriteOptions
from tuik8s.components.apiserver.rendering import object_answer

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def review_rules(core: Core, call: Call, obj: Object, options: WriteOptions) -> Answer:
    """Answer with the rules of the asker; of a namespace that the spec names."""
    namespace = (obj.get("spec") or {}).get("namespace") or ""
    if not namespace:
        raise bad_request("no namespace on request")
    rules, errors = core.rbac.rules(call.user, namespace)
    resources, urls = [], []
    for rule in rules:
        if rule.resources:
            told = {"apiGroups": rule.groups, "resources": rule.resources}
            if rule.names:
                told["resourceNames"] = rule.names
            resources.append({"verbs": list(rule.verbs), **{k: list(v) for k, v in told.items()}})
        if rule.urls:
            urls.append({"verbs": list(rule.verbs), "nonResourceURLs": list(rule.urls)})
    is_node = "system:nodes" in call.user.groups
    if is_node:
        errors.append("node authorizer does not support user rule resolution")
    status: Object = {
        "resourceRules": resources,
        "nonResourceRules": urls,
        "incomplete": bool(errors),
    }
    if errors:
        status["evaluationError"] = ", ".join(errors)
    obj["spec"], obj["status"] = {}, status
    return object_answer(core, call, obj, 201)
