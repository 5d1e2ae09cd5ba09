"""The bus: requests to the API server, and the events that it publishes.

    client -> frames -> transport (memory, zeromq) -> server
    publisher -> topics, sequence numbers -> transport -> feeds -> clone -> informer

Read `topics` and `frames` first, then `clone`: snapshot, then the events after it, and what happens
when one is missing. `workqueue` is what controllers put between an informer and their work.
"""
