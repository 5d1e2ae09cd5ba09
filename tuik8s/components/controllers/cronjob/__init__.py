"""CronJobs: a Job at each time of a schedule.

schedule    the times of a cron expression
reconciler  which Jobs to make, forget and clean up
"""

from tuik8s.components.controllers.cronjob.reconciler import CronJobReconciler

__all__ = ["CronJobReconciler"]
