"""The first kube-proxy: a local port per service port, redirect rules to it, a balancer behind.

    clusterIP:port      \\
    externalIP:port      >  redirect  ->  service proxy (random local port)  ->  endpoint
    nodeIP:nodePort     /

Source: k8s.io/kubernetes pkg/proxy/userspace/proxier.go. There iptables redirects; here, where no
root is needed, the service proxy itself listens on the addresses that the rules name.
"""

from __future__ import annotations

from collections.abc import Iterable

from tuik8s.api.routing.rules import ProxyNode, RuleSet, compile_rules
from tuik8s.api.routing.services import ServicePort
from tuik8s.api.routing.userspace import explain


class UserspaceMode:
    """One service proxy per service port."""

    name = "userspace"
    has_local_ports = True

    def compile(self, ports: Iterable[ServicePort], node: ProxyNode) -> RuleSet:
        return compile_rules(ports, node)

    def explain(self, rules: RuleSet) -> list[str]:
        return explain(rules)
