"""The Service: `rules` puts it together.

`families` fills in what an allocator upstream decides before validation (address families, values
kept over an update), `validation` and `columns` speak for themselves. Addresses and node ports are
handed out by whoever calls, after prepare_for_create and before validate.
"""

from tuik8s.api.kinds.service.rules import RULES

__all__ = ["RULES"]
