"""Take one open duty for writing, and reserve the number of a row that needs a duty before it exists."""

from __future__ import annotations

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _

from lantu.core.refusals import Missing, Refused
from lantu.duties.models import Duty


def locked_open(duty_id: int) -> Duty:
    """The duty, locked until the transaction ends. Raises Missing or, when it is closed, Refused."""
    duty = Duty.objects.select_for_update(of=("self",)).select_related("holder").filter(pk=duty_id).first()
    if duty is None:
        raise Missing("duties.unknown", _("没有这项责任，或您无权查看。"))
    if duty.closed_at is not None:
        raise Refused("duties.already_closed", _("这项责任已经办结。"), remedy=_("请刷新页面查看最新状态。"))
    return duty


def reserve_id(model: type[Model]) -> int:
    """The next primary key of ``model``: an open row and its duty name each other from the first moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        return int(cursor.fetchone()[0])
