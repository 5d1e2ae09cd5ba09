"""Checks of values that many kinds share; each appends what is wrong to a list of field errors.

The convention everywhere below: `check(errors, path, value, ...)`. `path` is the field as it
stands in messages (`spec.ports[0].name`); the order of calls is the order of the errors.
"""
