"""The Job: `rules` puts it together, `status` says what its status may claim."""

from tuik8s.api.kinds.job.rules import RULES

__all__ = ["RULES"]
