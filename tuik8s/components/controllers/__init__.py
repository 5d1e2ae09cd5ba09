"""The controller manager: pure reconcilers behind one loop.

Read in this order: `base.py` (what a controller is), `process.py` (the loop), `execution.py`
(carrying out a plan), `registry.py` (all members), then any member, such as
`clusterrole_aggregation.py` or `replicaset.py`. What members share is in `parts/`.

Where we differ from kube-controller-manager: a Lease lost stops the controllers, not the process;
read-your-writes instead of expectations, a pace per key instead of workers and rate limits.
"""

from tuik8s.components.controllers.base import ControllersConfig
from tuik8s.components.controllers.component import Controllers, build

__all__ = ["Controllers", "ControllersConfig", "build"]
