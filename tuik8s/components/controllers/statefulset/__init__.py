"""StatefulSets: pods with a name, a place in the order, and storage that stays theirs.

pods        one pod of a set: its identity, its revision, what state it is in
claims      the volume claims of one pod, and who owns them
status      the counts, and when an update is complete
reconciler  the order in which pods are made, replaced and removed
"""

from tuik8s.components.controllers.statefulset.reconciler import StatefulSetReconciler

__all__ = ["StatefulSetReconciler"]
