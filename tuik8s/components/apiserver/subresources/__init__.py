"""What each subresource does: one file each, listed in `registry.py`."""
