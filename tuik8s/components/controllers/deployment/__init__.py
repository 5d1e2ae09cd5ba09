"""Deployments: roll from one template to the next through ReplicaSets.

revisions   which ReplicaSet is the new one, which are old, what their annotations say
sizes       how many replicas each ReplicaSet may have now (pure arithmetic)
progress    status and conditions
reconciler  the order of it all
"""

from tuik8s.components.controllers.deployment.reconciler import DeploymentReconciler

__all__ = ["DeploymentReconciler"]
