"""Node lifecycle: who is silent, who is tainted, whose pods are not ready.

health      what a node last said, and when we heard it
zones       how much of each zone is down, and how fast it may be evicted
taints      the NoSchedule taints that follow from conditions, and swapping taints
reconciler  the monitor of all nodes, and one look at one node
"""

from tuik8s.components.controllers.node_lifecycle.reconciler import NodeLifecycleReconciler

__all__ = ["NodeLifecycleReconciler"]
