"""What the health pages and the meters ask: the database, the stream, the ingest, the workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max
from django.db.utils import Error as DatabaseError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.ingest.offsets import waiting
from lantu.monitoring.ingest.shares import Share, layout_of, older_shares
from lantu.monitoring.ingest.stream import StreamAnswer, stream_info
from lantu.monitoring.ingest.wire import Wire

STREAM_MISSING = 10059
# Beyond these the house is not ready: readings would reach the rules too late to matter.
LATEST_INGEST_S = 60.0
OLDEST_HEARTBEAT_S = 90.0


@dataclass(frozen=True)
class Check:
    """Outcome of one probe. ``why`` is for people and says nothing of addresses or passwords."""

    ok: bool
    why: str | Promise = ""
    facts: dict[str, float] | None = None

    def as_dict(self) -> dict[str, object]:
        return {"ok": self.ok, **({"why": str(self.why)} if self.why else {}), **(self.facts or {})}


@dataclass(frozen=True)
class IngestLag:
    """How far the stored position is behind the stream. ``seconds``: age of the oldest message not yet stored."""

    pending: int
    seconds: float


def check_database() -> Check:
    """Answers, and has its tables."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            found = cursor.fetchone()
    except DatabaseError:
        return Check(False, _("数据库没有应答或尚未建表"))
    return Check(found is not None, "" if found else _("数据库尚未建表"))


def read_lag(*, now: datetime) -> IngestLag:
    """Ask the stream and the stored positions. Raises OSError when the stream is away, StreamAnswer when it is missing."""
    wire = Wire(settings.NATS_URL, name="lantu-health")
    try:
        info = stream_info(wire)
        of = layout_of(wire)
        shares = [*(Share(number, of) for number in range(of)), *older_shares(info, of)]
        found = dict(
            IngestOffset.objects.filter(stream_created_at=info.created).values_list("partition", "seq")
        )
        behind = [
            waiting(wire, subject=share.subject, after=max(found.get(share.name, 0), info.first_seq - 1))
            for share in shares
        ]
    finally:
        wire.close()
    oldest = min((since for _count, since in behind if since), default=None)
    return IngestLag(
        sum(count for count, _since in behind), (now - oldest).total_seconds() if oldest else 0.0
    )


def check_stream_and_ingest(*, now: datetime) -> dict[str, Check]:
    """Both in one connection: the stream is there; what it holds is being stored."""
    if not settings.NATS_URL:
        return {"stream": Check(False, _("没有配置消息服务器 LANTU_NATS_URL"))}
    try:
        lag = read_lag(now=now)
    except StreamAnswer as error:
        why = _("数据流尚未建立：采集进程没有启动过") if error.code == STREAM_MISSING else _("数据流没有应答")
        return {"stream": Check(error.code == STREAM_MISSING, ""), "ingest": Check(False, why)}
    except (OSError, TimeoutError):
        return {"stream": Check(False, _("消息服务器没有应答"))}
    facts = {"pending": lag.pending, "seconds": round(lag.seconds, 1)}
    late = lag.seconds > LATEST_INGEST_S
    return {"stream": Check(True), "ingest": Check(not late, _("采集入库落后") if late else "", facts)}


def check_worker(*, now: datetime) -> Check:
    """Some worker said within the last minute and a half that it lives."""
    newest = ProcrastinateWorker.objects.aggregate(at=Max("last_heartbeat"))["at"]
    waiting = ProcrastinateJob.objects.filter(status="todo").count()
    if newest is None:
        return Check(False, _("没有任务进程在运行"), {"waiting": waiting})
    age = (now - newest).total_seconds()
    late = age > OLDEST_HEARTBEAT_S
    return Check(
        not late, _("任务进程没有心跳") if late else "", {"waiting": waiting, "seconds": round(age, 1)}
    )


def jobs_by_status() -> dict[str, int]:
    """Jobs that are not done: todo, doing, failed."""
    rows = (
        ProcrastinateJob.objects.filter(status__in=("todo", "doing", "failed"))
        .values_list("status")
        .annotate(n=Count("id"))
    )
    return {"todo": 0, "doing": 0, "failed": 0} | dict(rows)
