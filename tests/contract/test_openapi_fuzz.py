"""Whatever the document allows, and much that it does not: the API answers, and never with a 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error

from lantu.site.api import api
from tests.cast import NOW


def _document() -> dict[str, Any]:
    import json

    from ninja.responses import NinjaJSONEncoder

    return dict(json.loads(json.dumps(api.get_openapi_schema(), cls=NinjaJSONEncoder)))


schema = schemathesis.openapi.from_dict(_document())
schema.app = get_wsgi_application()


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A request would close the connection that holds the test's transaction."""
    for moment in (request_started, request_finished):
        moment.disconnect(close_old_connections)
    yield
    for moment in (request_started, request_finished):
        moment.connect(close_old_connections)


@pytest.fixture
def officer_token(cast: Any, site_project: Any) -> str:
    from django.utils import timezone

    from lantu.accounts.services.tokens import issue_token

    assert timezone.now() > NOW, "the cast lives in the past, tokens in the present"
    return issue_token(cast.officer, now=timezone.now(), name="fuzz")


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_operation_breaks(case: Any, officer_token: str) -> None:
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {officer_token}"}
    response = case.call_and_validate(checks=[not_a_server_error])
    assert response.status_code < 500
