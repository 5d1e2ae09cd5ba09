"""POST to /bindings: the same as a pod's own /binding, with the name in the body.

Source: k8s.io/kubernetes pkg/registry/core/pod/storage (LegacyBindingREST, 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.api.types import Object
from tuik8s.components.apiserver.call import Call
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.options import WriteOptions
from tuik8s.components.apiserver.subresources.binding import bind_pod

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def review(core: Core, call: Call, obj: Object, options: WriteOptions) -> Waiting:
    """Bind the pod that the object names."""
    return (yield from bind_pod(core, call, obj, options, ""))
