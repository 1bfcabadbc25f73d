"""ASGI entry: Django for pages and the API, a light loop of its own for the live stream."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantu.site.settings")
application = get_asgi_application()
