"""What a check-up says. A report is kept in Chinese and read in either language: what has places is declared."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lantu.core.sentences import sentence

LABELS: dict[str, Any] = {
    "registered": gettext_lazy("登记资料"),
    "connected": gettext_lazy("在线"),
    "protocol": gettext_lazy("接入方式"),
    "period": gettext_lazy("上报周期"),
    "range": gettext_lazy("量程"),
    "units": gettext_lazy("单位"),
    "clock": gettext_lazy("时钟"),
    "flat": gettext_lazy("数值不动"),
    "twins": gettext_lazy("与他台雷同"),
    "marks": gettext_lazy("数据标记"),
    "quarantine": gettext_lazy("隔离报文"),
    "rate": gettext_lazy("发送速率"),
    "calibration": gettext_lazy("检定"),
    "token": gettext_lazy("口令"),
    "facts": gettext_lazy("现场参数"),
}

LACKS_FIELDS = sentence(_("缺少%(fields)s"))
EXEMPT = sentence(_("免接入：%(why)s"))
HEARD = sentence(_("最近 %(seconds)d 秒内有数据"))
QUIET_MINUTES = sentence(_("已有 %(minutes)d 分钟没有数据"))
QUIET_DAYS = sentence(_("已有 %(days).1f 天没有数据"))
UNMAPPED = sentence(_("HJ 212（MN %(mn)s）：%(codes)s 没有对应的通道"))
BY_HJ212 = sentence(_("经 HJ 212 接入，MN %(mn)s"))
BY_WAYS = sentence(_("经 %(ways)s 接入"))
PERIOD = sentence(_("最差通道 %(channel)s：应报 %(expected)d，实报 %(readings)d（%(share).1f %%）"))
SET_PERIOD = sentence(_("请把上报周期设为 %(seconds)d 秒，断网时本机缓存并补报。"))
IN_RANGE = sentence(_("%(share).2f %% 的数值在量程内，超出 %(beyond)d 条报文"))
WRONG_UNIT = sentence(_("%(count)d 条报文的单位与登记不符"))
SKEW = sentence(_("设备时钟与平台相差约 %(seconds).0f 秒"))
FLAT = sentence(_("%(channel)s 连续 %(count)d 个读数完全相同"))
TWIN = sentence(_("与设备 %(code)s 的数列完全相同"))
MARKED = sentence(_("%(share).1f %% 的数值带有非正常标记（故障、维护、校准等），不参与判定"))
QUARANTINED = sentence(_("%(total)d 条被隔离：%(reasons)s"))
TOO_FAST = sentence(_("%(count)d 个时间窗内发送过快，超出部分被隔离"))
CALIBRATION_OVER = sentence(_("检定已于 %(day)s 过期"))
CALIBRATION_ENDS = sentence(_("检定将于 %(day)s 到期"))
CALIBRATED = sentence(_("检定有效期至 %(day)s"))
TOKEN_OLD = sentence(_("口令已用 %(days)d 天"))
TOKEN_AGE = sentence(_("口令签发 %(days)d 天"))
LACKS_FACTS = sentence(_("缺少 %(facts)s：有关规则不能判定"))
OF_REASON = sentence(_("%(reason)s共 %(count)d 条"))
