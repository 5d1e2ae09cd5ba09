"""RoleBinding."""

from __future__ import annotations

from tuik8s.api.kinds.rbac.bindings import rules_for

RULES = rules_for(("Role", "ClusterRole"), is_namespaced=True, place="roleBinding")
