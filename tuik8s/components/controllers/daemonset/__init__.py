"""DaemonSets: one pod on every node that wants it.

pods        the pod for a node, whether the node should have one, which template a pod is of
rollout     which old pods to replace now
backoff     how soon a failed pod is replaced
status      the counts
reconciler  missing and surplus pods
"""

from tuik8s.components.controllers.daemonset.reconciler import DaemonSetReconciler

__all__ = ["DaemonSetReconciler"]
