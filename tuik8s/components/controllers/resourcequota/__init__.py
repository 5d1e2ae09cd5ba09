"""Resource quotas: how much of each limited resource a namespace uses.

usage       what one object counts for
reconciler  the sums, and the status
"""

from tuik8s.components.controllers.resourcequota.reconciler import ResourceQuotaReconciler

__all__ = ["ResourceQuotaReconciler"]
