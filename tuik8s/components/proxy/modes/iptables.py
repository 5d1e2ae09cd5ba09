"""kube-proxy's iptables mode: the chains of `api.routing.iptables`, walked for each connection."""

from __future__ import annotations

from collections.abc import Iterable

from tuik8s.api.routing.iptables import explain
from tuik8s.api.routing.rules import ProxyNode, RuleSet, compile_rules
from tuik8s.api.routing.services import ServicePort


class IptablesMode:
    """One chain per service port and one per endpoint."""

    name = "iptables"
    has_local_ports = False

    def compile(self, ports: Iterable[ServicePort], node: ProxyNode) -> RuleSet:
        return compile_rules(ports, node)

    def explain(self, rules: RuleSet) -> list[str]:
        return explain(rules)
