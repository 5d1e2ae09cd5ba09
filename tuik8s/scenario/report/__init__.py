"""The report of a run: one HTML page that needs nothing else, made from the outcome and the log.

    log files -> History (series, bars, events) -> charts, timeline -> page
                     '-> causes (why the objects of a failure are as they are)

Everything here is a pure function of its arguments. What comes from a cluster is escaped, and the
page forbids every script but its own.
"""
