"""Who asks: authenticators, tried in the order of `registry.py`."""
