"""What a job's spec means, in a Job and in a CronJob's template.

`defaults` fills one in, `validation` checks one, `policies` checks its failure and success
policies, `indexes` reads lists like `1,3-5`, `schedule` judges cron schedules.
"""
