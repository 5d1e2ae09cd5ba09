"""The Pod: the rules of its kind, from what it is given at creation to what kubectl shows.

`rules` puts them together; `update` says what may change, `status` what /status and the
subresources may do, `columns` what is printed.
"""

from tuik8s.api.kinds.pod.rules import RULES

__all__ = ["RULES"]
