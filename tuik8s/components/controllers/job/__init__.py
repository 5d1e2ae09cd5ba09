"""Jobs: pods that run to their end, counted exactly once each.

indexes     sets of completion indexes in their compressed form
pods        the pod of a job, its index, when it ended, whether it failed
policy      podFailurePolicy and successPolicy
tally       what has ended and is counted, or still must be
sizing      which pods are missing or too many
ending      when a job is over, and with which words
reconciler  what to make, delete, count and conclude
"""

from tuik8s.components.controllers.job.reconciler import JobReconciler

__all__ = ["JobReconciler"]
