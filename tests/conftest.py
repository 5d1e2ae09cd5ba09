"""What holds for all tests: an interrupt reaches the programs that they start."""

import signal

# A shell starts background jobs deaf to Ctrl-C, and every child inherits that: a suite run by `&`
# could then not interrupt the programs it tests.
signal.signal(signal.SIGINT, signal.default_int_handler)
