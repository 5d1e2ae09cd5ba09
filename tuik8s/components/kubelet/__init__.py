"""The kubelet.

Registers nodes, plays their pods in a runtime, and tells the API what became of them.
"""

from tuik8s.components.kubelet.component import Kubelet, build
from tuik8s.components.kubelet.config import KubeletConfig, KubeletNode

__all__ = ["Kubelet", "KubeletConfig", "KubeletNode", "build"]
