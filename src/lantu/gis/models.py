"""Outlines of the county-level units: a picture for orientation, not a cadastre."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class District(models.Model):
    """A county-level unit with its outline as the source gives it; ``datum`` says how far to trust it."""

    code = models.CharField(_("区划代码"), max_length=6, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    geometry_wkb = models.BinaryField()
    # What the map draws: simplified to about 30 m.
    geojson = models.JSONField()
    label_lon = models.FloatField()
    label_lat = models.FloatField()
    area_km2 = models.FloatField(_("面积（平方公里，按轮廓计算）"))
    source = models.CharField(_("来源"), max_length=120)
    datum = models.CharField(_("坐标系"), max_length=60)
    repaired = models.BooleanField(_("轮廓经过修复"), default=False)
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]
        verbose_name = _("县市区轮廓")

    def __str__(self) -> str:
        return self.name
