"""kube-proxy's iptables mode: the chains that upstream would write.

    KUBE-SERVICES -d clusterIP --dport port -> KUBE-SVC-<hash>   (KUBE-SVL- for policy Local)
                  -d externalIP             -> KUBE-EXT-<hash> -> KUBE-SVC- or KUBE-SVL-
    KUBE-NODEPORTS --dport nodePort         -> KUBE-EXT-<hash>
    KUBE-SVC-<hash> --probability 1/n       -> KUBE-SEP-<hash>   (-m recent first, for affinity)
    KUBE-SEP-<hash>                         -> DNAT --to-destination host:port

Where upstream's kernel draws by `--mode random --probability`, the balancer takes turns: each
endpoint gets the same share, and a run repeats. A refused endpoint is tried no further upstream;
here the next one is, since nothing is lost by it.

Source: k8s.io/kubernetes pkg/proxy/iptables/proxier.go (chain names: portProtoHash,
servicePortChainName; computeProbability; 1.36).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from tuik8s.api.routing.rules import RuleSet, ServiceProxy
from tuik8s.api.routing.services import Endpoint

NO_ENDPOINTS = "has no endpoints"
LAST = (
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the '
    'last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS'
)


def explain(rules: RuleSet) -> list[str]:
    """The rules as iptables-save would print them."""
    services: list[str] = []
    node_ports: list[str] = []
    chains: list[str] = []
    for proxy in rules.proxies.values():
        _enter(proxy, services, node_ports)
        chains += _chains(proxy)
    return [*node_ports, *services, LAST, *chains]


def chain(prefix: str, *parts: str) -> str:
    """`KUBE-SVC-` and the like with upstream's hash of what it is for."""
    digest = hashlib.sha256("".join(parts).encode()).digest()
    return prefix + base64.b32encode(digest).decode()[:16]


def _enter(proxy: ServiceProxy, services: list[str], node_ports: list[str]) -> None:
    """Where a connection meets the service port for the first time."""
    protocol = proxy.protocol.lower()
    comment = f'-m comment --comment "{proxy.id}'
    inside = service_chain(proxy, external=False)
    outside = chain("KUBE-EXT-", proxy.id, protocol)
    for number, rule in enumerate(proxy.redirects):
        if rule.external:
            ends = proxy.external
            match = f'-p {protocol} {comment}%s" -m {protocol} --dport {rule.port}'
            line = f"-A KUBE-NODEPORTS {match} -j {outside}"
            node_ports += [line % ""] if ends else []
            continue
        kind = "cluster IP" if number == 0 else "external IP"
        target = inside if number == 0 else outside
        match = f'-d {rule.host}/32 -p {protocol} {comment}%s" -m {protocol} --dport {rule.port}'
        if proxy.internal:
            services.append(f"-A KUBE-SERVICES {match % f' {kind}'} -j {target}")
        else:
            refused = f"{match % f' {NO_ENDPOINTS}'} -j REJECT --reject-with icmp-port-unreachable"
            services.append(f"-A KUBE-SERVICES {refused}")


def service_chain(proxy: ServiceProxy, *, external: bool) -> str:
    local = proxy.local_external if external else proxy.local_internal
    return chain("KUBE-SVL-" if local else "KUBE-SVC-", proxy.id, proxy.protocol.lower())


def _chains(proxy: ServiceProxy) -> list[str]:
    """The chains behind the entries: external, service, endpoints."""
    lines: list[str] = []
    if any(rule.external for rule in proxy.redirects) and proxy.external:
        outside = chain("KUBE-EXT-", proxy.id, proxy.protocol.lower())
        lines.append(f"-A {outside} -j {service_chain(proxy, external=True)}")
    written: dict[str, None] = {}
    for external, ends in ((False, proxy.internal), (True, proxy.external)):
        name = service_chain(proxy, external=external)
        if ends and name not in written:
            written[name] = None
            lines += _spread(proxy, name, ends)
    for end in dict.fromkeys((*proxy.internal, *proxy.external)):
        lines += _endpoint_rules(proxy, end)
    return lines


def _spread(proxy: ServiceProxy, name: str, ends: Sequence[Endpoint]) -> list[str]:
    """Each endpoint with the probability that gives all the same share."""
    lines = []
    for end in ends if proxy.affinity_ms else ():
        sep = endpoint_chain(proxy, end)
        recent = (
            f"-m recent --rcheck --seconds {proxy.affinity_ms // 1000} --reap --name {sep} "
            "--mask 255.255.255.255 --rsource"
        )
        lines.append(f'-A {name} -m comment --comment "{proxy.id} -> {end}" {recent} -j {sep}')
    for number, end in enumerate(ends):
        sep, left = endpoint_chain(proxy, end), len(ends) - number
        chance = f" -m statistic --mode random --probability {1 / left:.11f}" if left > 1 else ""
        lines.append(f'-A {name} -m comment --comment "{proxy.id} -> {end}"{chance} -j {sep}')
    return lines


def _endpoint_rules(proxy: ServiceProxy, end: Endpoint) -> list[str]:
    sep, protocol = endpoint_chain(proxy, end), proxy.protocol.lower()
    comment = f'-m comment --comment "{proxy.id}"'
    recent = ""
    if proxy.affinity_ms:
        recent = f" -m recent --set --name {sep} --mask 255.255.255.255 --rsource"
    return [
        f"-A {sep} -s {end.host}/32 {comment} -j KUBE-MARK-MASQ",
        f"-A {sep} -p {protocol} {comment}{recent} -m {protocol} -j DNAT --to-destination {end}",
    ]


def endpoint_chain(proxy: ServiceProxy, end: Endpoint) -> str:
    return chain("KUBE-SEP-", proxy.id, proxy.protocol.lower(), str(end))
