"""A moment for tests that sign certificates."""

import datetime

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
