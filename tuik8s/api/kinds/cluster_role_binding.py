"""ClusterRoleBinding."""

from __future__ import annotations

from tuik8s.api.kinds.rbac.bindings import rules_for

RULES = rules_for(("ClusterRole",), is_namespaced=False, place="clusterRoleBinding")
