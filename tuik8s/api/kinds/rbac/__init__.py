"""Roles and bindings: `policy.py` for what a role may say, `bindings.py` for who has it."""
