"""A simulated cluster that answers on real HTTPS in this process, its clock in the caller's hands.

    test's thread                       one background thread, all clusters of the process
    Cluster (cluster.py) --coroutine--> Hosted (hosted.py): heap, components, HTTPS door
    kubectl, client libraries --HTTPS-> Entrance (entrance.py): an event of the heap like any other

The background thread owns everything; a test's call is a coroutine handed to its loop, and waits.
Time stands still unless `advance`, `settle`, `wait` or `running` lets it pass. A request is served
while it stands: it runs what is due now, and no more. A watch writes to its socket as time passes.
"""

from tuik8s.scenario.served.cluster import Cluster
from tuik8s.scenario.served.failures import Failed, Refused

__all__ = ["Cluster", "Failed", "Refused"]
