"""A subresource is a table of verb -> handler (see `handlers.base`).

To add one: one file that exports `HANDLERS`, one line in `registry.py`, one test. `ANY_KIND` lists
those that work the same for every kind (status, scale); the others belong to one resource.
"""

from __future__ import annotations

from tuik8s.components.apiserver.handlers.base import Handler

Handlers = dict[str, Handler]
