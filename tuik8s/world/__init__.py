"""Time, chance, disk, network: what a component may know of the world outside it.

`base` and `network` are the protocols, `heap` the one event loop of both worlds. `simulated` is a
whole cluster on one heap in virtual time; `live` and everything named `live_*` is the rim that
touches clocks, files and sockets.
"""
