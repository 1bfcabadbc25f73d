from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template

pytestmark = pytest.mark.django_db
SHOWN = Template('{% load rights %}{% allowed "accounts.administer" as yes %}{% if yes %}link{% endif %}')


def test_a_link_is_shown_only_to_whoever_may_follow_it(cast: Any) -> None:
    def seen_by(person: Any) -> str:
        return SHOWN.render(Context({"request": SimpleNamespace(user=person)}))

    assert seen_by(cast.sysadmin) == "link"
    assert seen_by(cast.officer) == ""
