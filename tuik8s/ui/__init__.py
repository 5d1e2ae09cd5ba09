"""The dashboard: a client of the bus that never imports a component.

    feed.py       own bus client: caches, tables, requests        (no Textual)
    rowstore.py   rows of one table, filtered and sorted          (no Textual)
    tables.py     objects to rows; rows/ has the looks of kinds   (no Textual)
    describe.py, problems.py, ...   words and lists, pure         (no Textual)
    lines.py      styled lines, of which pages are made           (no Textual)
    history.py, causes.py, decision.py, trace.py, sequence.py, ownership.py, diff.py, logs.py,
    what_if.py    what the screens about one object think         (no Textual)
    digests.py, summary.py, nodemap.py, happenings.py    what the overview thinks  (no Textual)
    routes.py, rules.py, traffic.py                      what routing thinks       (no Textual)
    engine.py                                            what the engine room says (no Textual)
    widgets/      the live table, the page of lines, the status bar, dialogs
    screens/      one file each, listed in screens/registry.py
    panes/        the tabs of the detail screen
    inspect_keys.py   w, t, x, D on the object under the cursor
    commands/     what `:` and the palette know, one file each
    settings.py, memory.py, keys.py   the file, the last time, all bindings by id   (no Textual
                  but in keys.py)
    app.py        bindings, the one pump, commands

Read `feed.py` first, then `app.py`, then one screen.
"""
