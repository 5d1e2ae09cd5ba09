"""Persistent volumes and claims: who belongs to whom.

matching    the volume that fits a claim best
writes      binding the two to each other, step by step
reconciler  claims and volumes, one look each
"""

from tuik8s.components.controllers.volume_binding.reconciler import VolumeBindingReconciler

__all__ = ["VolumeBindingReconciler"]
