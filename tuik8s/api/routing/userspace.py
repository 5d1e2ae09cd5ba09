"""kube-proxy's userspace mode: redirects to a local port per service port.

Source: k8s.io/kubernetes pkg/proxy/userspace/proxier.go (KUBE-PORTALS-*, KUBE-NODEPORT-*).
"""

from __future__ import annotations

from tuik8s.api.routing.rules import RuleSet


def explain(rules: RuleSet) -> list[str]:
    """The rules as an operator would see them, one line each."""
    lines = []
    for proxy in rules.proxies.values():
        for rule in proxy.redirects:
            chain = "KUBE-NODEPORT" if rule.external else "KUBE-PORTALS"
            lines.append(
                f"-A {chain} -d {rule.host}/32 -p {rule.protocol.lower()} "
                f'--dport {rule.port} -m comment --comment "{proxy.id}" -j REDIRECT'
            )
    return lines
