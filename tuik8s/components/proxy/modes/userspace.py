"""The first kube-proxy: a local port per service port, redirect rules to it, a balancer behind.

    clusterIP:port      \\
    externalIP:port      >  redirect  ->  service proxy (random local port)  ->  endpoint
    nodeIP:nodePort     /

Source: k8s.io/kubernetes pkg/proxy/userspace/proxier.go. There iptables redirects; here, where no
root is needed, the service proxy itself listens on the addresses that the rules name.
"""

from __future__ import annotations

from collections.abc import Iterable

from tuik8s.components.proxy.config import ProxyNode
from tuik8s.components.proxy.modes.base import RuleSet
from tuik8s.components.proxy.modes.compiling import compile_rules
from tuik8s.components.proxy.services import ServicePort


class UserspaceMode:
    """One service proxy per service port."""

    name = "userspace"
    has_local_ports = True

    def compile(self, ports: Iterable[ServicePort], node: ProxyNode) -> RuleSet:
        return compile_rules(ports, node)

    def explain(self, rules: RuleSet) -> list[str]:
        lines = []
        for proxy in rules.proxies.values():
            for rule in proxy.redirects:
                chain = "KUBE-NODEPORT" if rule.external else "KUBE-PORTALS"
                lines.append(
                    f"-A {chain} -d {rule.host}/32 -p {rule.protocol.lower()} "
                    f'--dport {rule.port} -m comment --comment "{proxy.id}" -j REDIRECT'
                )
        return lines
