"""What each verb does, for every kind alike: one file per verb, listed in `registry.py`."""
