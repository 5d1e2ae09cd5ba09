"""ClusterRole."""

from __future__ import annotations

from tuik8s.api.kinds.rbac.policy import rules_for

RULES = rules_for(is_namespaced=False)
