"""Standard rectification measures by measured quantity: what an automatic order asks for.

Written for this platform after common site practice; a person who issues an order may replace the text.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from lantu.hazards.states import Field

_DUST = _(
    "一、立即开启围挡喷淋和雾炮，暂停土方开挖、装卸、破拆等产尘作业；二、裸土和散料全部苫盖，出入口冲洗车辆、清扫积尘；"
    "三、核对监测设备周边有无局部干扰；四、读数恢复并稳定后拍照回复，附喷淋、苫盖、冲洗现场照片。"
)
_NOISE = _(
    "一、立即停止超时段、超标准的高噪声作业；二、对机械加设隔声罩或移至远离居民一侧，夜间施工须持证并公示；"
    "三、回复时附停工或降噪措施照片，以及恢复后的读数。"
)
_WIND = _(
    "一、风速达到限值立即停止塔吊、高处和吊装作业，塔吊回转制动松开、吊钩收起；二、检查并加固围挡、脚手架、临时设施和轻质材料；"
    "三、大风过后复查合格方可复工，回复附检查照片。"
)
_CRANE = _(
    "一、立即停止吊装，人员撤离吊物下方；二、核对吊重、幅度和限位、力矩限制器状态，由专业人员检修并签字；"
    "三、对司机和信号工重新交底；四、回复附检修记录和交底照片。"
)
_PIT = _(
    "一、立即停止基坑周边堆载和该侧开挖，人员撤离坡顶和坑底危险区；二、加密监测，组织设计、勘察、监理、施工会商原因；"
    "三、按会商意见采取回填反压、加撑、坡顶卸载、止水等措施；四、回复附监测数据、会商意见和处置照片。"
)
_CONCRETE = _(
    "一、调整保温保湿覆盖和冷却水流量，控制里表温差和降温速率；二、加密测温，记录入模温度和环境温度；"
    "三、检查表面裂缝；四、回复附覆盖、测温记录和表面照片。"
)
_POWER = _(
    "一、立即切断故障回路，挂牌上锁；二、由持证电工查明原因，修复绝缘、接地和漏电保护；三、全部配电箱复测合格后送电；"
    "四、回复附检测记录和修复照片。"
)
_OTHER = _("请立即核查现场，查明原因，采取措施消除隐患；回复须说明原因、措施和结果，并附整改后照片。")

_BY_CHANNEL = {
    **dict.fromkeys(("pm10", "pm25", "tsp"), _DUST),
    **dict.fromkeys(("noise", "noise_leq", "noise_lmax"), _NOISE),
    "wind_speed": _WIND,
    **dict.fromkeys(("crane_load_pct", "crane_moment_pct", "tilt_deg"), _CRANE),
    **dict.fromkeys(
        ("displacement_h_mm", "displacement_v_mm", "settlement_mm", "axial_force_kn", "water_level_mm"), _PIT
    ),
    **dict.fromkeys(("concrete_core_c", "concrete_surface_c", "ambient_c"), _CONCRETE),
    **dict.fromkeys(("leakage_ma", "cable_temp_c"), _POWER),
}


def standard_measures(channel_key: str) -> str:
    """What to do when this channel is over its limit; the general text for channels without one of their own."""
    return _BY_CHANNEL.get(channel_key, _OTHER)


_SUB_TYPES = {
    _DUST: _("扬尘"), _NOISE: _("噪声"), _WIND: _("大风"), _CRANE: _("起重机械"), _PIT: _("基坑变形"),
    _CONCRETE: _("大体积混凝土"), _POWER: _("临时用电"),
}  # fmt: skip
_ENVIRONMENT = frozenset({_DUST, _NOISE})


def sub_type_of(channel_key: str) -> str:
    """The kind of hazard that a channel speaks of: what repeats are counted by. Empty for unknown channels."""
    return _SUB_TYPES.get(_BY_CHANNEL.get(channel_key, ""), "")


def field_of_channel(channel_key: str) -> str:
    """Environment for dust and noise, quality for concrete, safety for all the rest."""
    measures = _BY_CHANNEL.get(channel_key, "")
    if measures in _ENVIRONMENT:
        return Field.ENVIRONMENT
    return Field.QUALITY if measures == _CONCRETE else Field.SAFETY
