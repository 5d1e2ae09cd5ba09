"""Kinds that are questions: what is posted is answered, not kept. One file per sort of question."""
