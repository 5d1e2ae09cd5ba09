"""The garbage collector: objects whose owners are gone go too.

graph       who owns whom, over all resources, kept up to date change by change
reconciler  what to do with one object: delete, unblock, orphan, leave alone
"""

from tuik8s.components.controllers.garbage_collector.reconciler import GarbageCollectorReconciler

__all__ = ["GarbageCollectorReconciler"]
