"""tuik8s: a Kubernetes cluster you can see, break and rewind, in your terminal.

    kubectl, helm, clients       tuik8s ui          tuik8s run, tests
          | HTTPS                    | bus               | one process, simulated time
          v                          v                   v
    +---------------------------- apiserver ---------------------------+
    |  one pipeline, two doors  ->  kinds  ->  store (append-only log) |
    +---- ROUTER: requests ------------------ PUB: events -------------+
          ^          ^          ^                ^            ^
    controllers  scheduler   kubelet x N   kube-proxy x N   chaos

Five ideas carry everything: one log in which everything is (author and cause included); one bus
on which changes are heard and asked for; real processes and real traffic; the same code in
simulated time, since a component is a synchronous state machine over a `World`; and faults as
objects of the API.

Read first: `world/base.py` (what a component may know), `bus/base.py` (how it speaks),
`api/kinds/base.py` (what a kind is), `components/base.py` (what a component is), then any
`registry.py` and one of its members. `components/supervisor/build.py` wires all of them.
"""

__version__ = "0.1.0"
