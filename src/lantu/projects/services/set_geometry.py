"""Say where a project lies: point, line or polygon."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.services.emit import emit
from lantu.projects.events import GeometrySet
from lantu.projects.geometry import SoundGeometry, sound_geometry
from lantu.projects.models import Project
from lantu.projects.services._guard import locked

GCJ02_NOTE = "由 GCJ-02 换算为 CGCS2000"


@transaction.atomic
def set_geometry(
    *, project: Project, geometry: Any, actor: User, now: datetime, datum: str = "cgcs2000", source: str = ""
) -> Project:
    """Store ``geometry`` (GeoJSON, see :func:`geometry.sound_geometry`) with its bounding box and label point.

    ``source`` is a note on where the coordinates come from. Raises Unacceptable when it is not sound.
    """
    row = locked(project.pk)
    require(actor, "projects.edit", row)
    sound = sound_geometry(geometry, datum=datum)
    note = "；".join(part for part in (source.strip(), GCJ02_NOTE if datum == "gcj02" else "") if part)
    row.geometry, row.geometry_wkb, row.geometry_note = sound.geojson, sound.wkb, note[:120]
    row.lon, row.lat = sound.lon, sound.lat
    row.updated_at, row.version = now, row.version + 1
    row.save(
        update_fields=["geometry", "geometry_wkb", "geometry_note", "lon", "lat", "updated_at", "version"]
    )
    store_bounds({row.pk: sound})
    emit(
        GeometrySet(
            project_id=row.pk,
            subject_id=row.pk,
            geometry_type=sound.geojson["type"],
            lon=sound.lon,
            lat=sound.lat,
            source_crs="GCJ-02" if datum == "gcj02" else "EPSG:4490",
            digest=hashlib.sha256(sound.wkb).hexdigest(),
        ),
        actor=actor,
        at=now,
    )
    return row


def store_bounds(sound: dict[int, SoundGeometry]) -> None:
    """Write the ``bbox`` column, which Django does not know: a PostgreSQL ``box`` under a GiST index."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE projects_project SET bbox = box(point(%s, %s), point(%s, %s)) WHERE id = %s",
            [
                (east, north, west, south, pk)
                for pk, s in sound.items()
                for west, south, east, north in [s.bounds]
            ],
        )
