"""The shell of simulated containers, for commands that are run in them (exec).

    words        quotes, variables, $(...), redirections: from text to arguments
    interpreter  statements, pipes, blocks, the prompt
    files        what a container sees of files: mounts, and what was written there
    commands     the commands themselves, as generators
    archive      tar
    process      one run of it all, driven by time and input; a terminal where one is asked for

A command is a generator: it writes at once and yields what it waits for, `Sleep` or `READ`. So time
passes in `sleep` alone, and the same input at the same times gives the same output. What a
container's own script does when it starts is worked out ahead instead (`images/shell.py`).
"""
