"""How Services are routed: what kube-proxy makes of Services and EndpointSlices. Pure.

    services.py    Service + EndpointSlices -> service ports with their endpoints
    rules.py       service ports -> the rules of one node
    iptables.py    the rules as the chains that upstream's iptables mode writes
    userspace.py   the rules as the redirects of upstream's userspace mode

The proxy forwards by these rules, and the dashboard shows them, at any revision.
"""
