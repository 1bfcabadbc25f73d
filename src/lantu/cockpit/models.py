"""The one sum that is too large to make on every page view."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MonthTotal(models.Model):
    """Investment of one county-level unit in one month, in yuan: planned and done within that month.

    A copy of what projects report, made anew from their figures whenever one of them changes
    (services/refresh_month_totals); never edited.
    """

    area_code = models.CharField(_("县市区"), max_length=6)
    month = models.DateField(_("月份"), help_text=_("每月第一天"))
    planned_yuan = models.DecimalField(_("计划投资"), max_digits=20, decimal_places=2, default=0)
    done_yuan = models.DecimalField(_("完成投资"), max_digits=20, decimal_places=2, default=0)
    computed_at = models.DateTimeField(_("计算时间"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area_code", "month"], name="month_total_once_per_area")
        ]
        ordering = ["month", "area_code"]
        verbose_name = _("月度投资汇总")

    def __str__(self) -> str:
        return f"{self.area_code} {self.month:%Y-%m}"
