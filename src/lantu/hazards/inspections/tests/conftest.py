from lantu.hazards.tests.conftest import *  # noqa: F403
