"""Webhook configurations and admission policies: what several of these kinds share.

`rules.py`: which requests match; `clients.py`: where webhooks are; `webhooks.py` and `policies.py`:
the two families.
"""
