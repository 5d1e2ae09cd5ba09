"""CustomResourceDefinition: `rules.py` puts together defaults and strategy, `validation.py` checks
the definition, `structural.py` its schemas.
"""

from tuik8s.api.kinds.custom_resource_definition.rules import RULES

__all__ = ["RULES"]
