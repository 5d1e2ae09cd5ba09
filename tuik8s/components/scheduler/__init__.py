"""The scheduler.

A framework of plugins over columns of nodes, a queue, and decisions that explain themselves.
"""

from tuik8s.components.scheduler.component import Scheduler, SchedulerConfig, build

__all__ = ["Scheduler", "SchedulerConfig", "build"]
