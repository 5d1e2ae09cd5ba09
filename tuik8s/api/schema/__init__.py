"""Structural schemas: what is known of every field, and the one walker over it.

`node` is the contract. `packed` builds nodes of the built-in kinds from package data, lazily;
`structural` from the schema of a CustomResourceDefinition. `decode` reads bodies and walks objects
(prune, check types, normalise, default); `strict` words unknown and duplicate fields; `nulls`
fills in what answers show as null; `check` validates values of custom resources.
"""

from tuik8s.api.schema.packed import load, load_kind

__all__ = ["load", "load_kind"]
