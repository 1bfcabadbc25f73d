"""Fixtures that every test may use. The database is prepared by lantu.runtime.pytest_plugin."""

pytest_plugins = ["tests.cast"]
