"""Deployments: roll from one template to the next through ReplicaSets.

revisions   which ReplicaSet is the new one, which are old, what their annotations say
sizes       how many replicas each ReplicaSet may have now (pure arithmetic)
scaling     writing them, and what to do when spec.replicas changed
creation    the new ReplicaSet and its revision
progress    status and conditions
status      writing the status, alone or with annotations
cleanup     old ReplicaSets beyond the history limit
reconciler  the order of it all
"""

from tuik8s.components.controllers.deployment.reconciler import DeploymentReconciler

__all__ = ["DeploymentReconciler"]
