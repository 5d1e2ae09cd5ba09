"""Who may do what: authorizers, tried in the order of `registry.py`."""
