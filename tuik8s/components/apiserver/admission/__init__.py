"""What a write must pass: admission plugins, in the order of `registry.py`."""
