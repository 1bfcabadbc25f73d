"""ASGI entry: Django for pages and the API, a light loop of its own for the live stream."""

from __future__ import annotations

import gc
import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantu.site.settings")
django_application = get_asgi_application()

# Only now are the applications loaded that these import.
from django.conf import settings  # noqa: E402
from django.urls import reverse  # noqa: E402

from lantu.site.live import LiveApp, Receive, Scope, Send  # noqa: E402
from lantu.site.live_nats import NatsFeed  # noqa: E402
from lantu.site.live_readers import DatabaseReaders  # noqa: E402

# Every address is known before the first visitor asks; and what is loaded by now stays, so that the collector
# need not walk through it in the midst of a nudge.
reverse("account_login")
gc.collect()
gc.freeze()

live = LiveApp(DatabaseReaders(), NatsFeed(settings.NATS_URL) if settings.NATS_URL else None)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each connection to whom it belongs; Django itself knows nothing of lifespan."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/live":
        await live(scope, receive, send)
    else:
        django: Any = django_application
        await django(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await live.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
