"""The dashboard: a client of the bus that never imports a component.

    feed.py       own bus client: caches, tables, requests        (no Textual)
    rowstore.py   rows of one table, filtered and sorted          (no Textual)
    tables.py     objects to rows; rows/ has the looks of kinds   (no Textual)
    describe.py, problems.py, routes.py   words and lists, pure   (no Textual)
    widgets/      the live table, the status bar, dialogs
    screens/      one file each, listed in screens/registry.py
    app.py        bindings, the one pump, commands

Read `feed.py` first, then `app.py`, then one screen.
"""
