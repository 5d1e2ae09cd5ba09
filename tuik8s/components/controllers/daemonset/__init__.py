"""DaemonSets: one pod on every node that wants it.

nodes       should a node have the pod
pods        the pod for a node, and whether a pod is of the present template
rollout     which old pods to replace now
backoff     how soon a failed pod is replaced
status      the counts
reconciler  missing and surplus pods
"""

from tuik8s.components.controllers.daemonset.reconciler import DaemonSetReconciler

__all__ = ["DaemonSetReconciler"]
