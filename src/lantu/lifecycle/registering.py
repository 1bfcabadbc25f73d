"""The applets of the lifecycle, and how their declarations are read at start."""

from importlib import import_module
from importlib.util import find_spec

APPLETS = ("annual_plan", "gates", "checklists", "schedule", "schedule.exchange", "programmes", "reports")


def read(module: str) -> None:
    """Import ``lantu.lifecycle.<applet>.<module>`` of every applet that has one."""
    for applet in APPLETS:
        dotted = f"lantu.lifecycle.{applet}.{module}"
        if find_spec(dotted) is not None:
            import_module(dotted)
