"""The admission plugins of a server, in the order they run.

Source: pkg/kubeapiserver/options/plugins.go, AllOrderedPlugins (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.components.apiserver.admission.base import Attributes, Pausing, Plugin
from tuik8s.components.apiserver.admission.certificate_approval import CertificateApproval
from tuik8s.components.apiserver.admission.certificate_signing import CertificateSigning
from tuik8s.components.apiserver.admission.certificate_subject_restriction import (
    CertificateSubjectRestriction,
)
from tuik8s.components.apiserver.admission.default_ingress_class import DefaultIngressClass
from tuik8s.components.apiserver.admission.default_storage_class import DefaultStorageClass
from tuik8s.components.apiserver.admission.default_toleration_seconds import (
    DefaultTolerationSeconds,
)
from tuik8s.components.apiserver.admission.fault_author import FaultAuthor
from tuik8s.components.apiserver.admission.limit_ranger import LimitRanger
from tuik8s.components.apiserver.admission.namespace_lifecycle import NamespaceLifecycle
from tuik8s.components.apiserver.admission.node_taint import TaintNodesByCondition
from tuik8s.components.apiserver.admission.persistent_volume_claim_resize import (
    PersistentVolumeClaimResize,
)
from tuik8s.components.apiserver.admission.pod_security import PodSecurity
from tuik8s.components.apiserver.admission.priority import Priority
from tuik8s.components.apiserver.admission.resource_quota import ResourceQuota
from tuik8s.components.apiserver.admission.runtime_class import RuntimeClass
from tuik8s.components.apiserver.admission.service_account import ServiceAccounts
from tuik8s.components.apiserver.admission.storage_object_in_use_protection import (
    StorageObjectInUseProtection,
)

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def plugins(core: Core) -> tuple[Plugin, ...]:
    """All of them, in order."""
    reader = core.reader
    return (
        NamespaceLifecycle(reader),
        LimitRanger(reader),
        ServiceAccounts(reader, core.rng),
        TaintNodesByCondition(),
        PodSecurity(reader),
        Priority(reader),
        DefaultTolerationSeconds(),
        DefaultStorageClass(reader),
        StorageObjectInUseProtection(),
        PersistentVolumeClaimResize(reader),
        RuntimeClass(reader),
        CertificateApproval(core.authorization),
        CertificateSigning(core.authorization),
        CertificateSubjectRestriction(),
        DefaultIngressClass(reader),
        FaultAuthor(core.authorization),
        ResourceQuota(core),
    )


class Admission:
    """Runs the chain: of each write, the plugins that want to see its resource."""

    def __init__(self, members: tuple[Plugin, ...]) -> None:
        self._members = members
        self._chains: dict[str, tuple[Plugin, ...]] = {}

    def admit(self, attributes: Attributes) -> Pausing:
        """Let every plugin change the object. Raises ApiError."""
        for member in self._chain(attributes.kind.resource):
            waiting = member.admit(attributes)
            if waiting is not None:
                yield from waiting

    def validate(self, attributes: Attributes) -> Pausing:
        """Let every plugin judge the finished object. Raises ApiError."""
        for member in self._chain(attributes.kind.resource):
            waiting = member.validate(attributes)
            if waiting is not None:
                yield from waiting

    def _chain(self, resource: str) -> tuple[Plugin, ...]:
        chain = self._chains.get(resource)
        if chain is None:
            chain = tuple(
                member
                for member in self._members
                if not member.resources or resource in member.resources
            )
            self._chains[resource] = chain
        return chain
