"""kube-proxy.

Compile rules from Services and EndpointSlices, then forward every connection by them.
"""

from tuik8s.api.routing.rules import ProxyNode
from tuik8s.components.proxy.component import KubeProxy, build
from tuik8s.components.proxy.config import ProxyConfig

__all__ = ["KubeProxy", "ProxyConfig", "ProxyNode", "build"]
