"""pod-image-pull-failure: the images of containers that start while it lasts cannot be pulled.

Symptom: ErrImagePull, then ImagePullBackOff, tried again after 10 seconds and twice as late each
time, up to 5 minutes; the pod stays Pending. Containers that run already notice nothing until they
are restarted: a simulated node keeps no images.
Recovery: the next try pulls the image, and the pod goes on.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec
from tuik8s.components.chaos.pods import READS, TARGETS, pod_rule
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return pod_rule(spec, do="image-pull-failure")


ACTION = Action(plan=plan, group="pod", targets=TARGETS, reads=READS)
