from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lantu.monitoring.vehicles.tests.ground import lay_ground, truck


@pytest.fixture
def road(cast: SimpleNamespace, site_project: Any) -> SimpleNamespace:
    """The ground and one truck of the cast's site."""
    dump, route = lay_ground(cast, site_project)
    return SimpleNamespace(
        dump=dump, route=route, project=site_project, vehicle=truck(cast, site_project, route)
    )
