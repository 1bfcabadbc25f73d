"""Words that the TypeScript elements show, translated here because scripts hold no sentences."""

from __future__ import annotations

from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


def element_words() -> SafeString:
    """``<script type="application/json" id="lt-words">`` for the page head or end; see frontend/src/lib/words.ts."""
    return json_script(
        {
            "live_open": _("实时"),
            "live_closed": _("已断开，正在重连"),
            "chart_empty": _("这段时间没有数据。"),
            "chart_failed": _("图表数据没有取到，请刷新页面重试。"),
            "map_failed": _("地图没有加载成功。下面的列表仍可使用，或刷新页面重试。"),
            "map_layers": _("图层"),
            "map_list": _("列表"),
            "map_close": _("关闭"),
            "map_open": _("查看详情"),
            "map_as_of": _("数据时间 {time}"),
            "map_label": _("地图，共 {count} 个对象；可用“列表”按钮以文字方式浏览"),
            "map_more": _("此处还有 {count} 个对象"),
            "map_zoom_in": _("放大"),
            "map_zoom_out": _("缩小"),
            "map_layer_failed": _("图层“{label}”没有取到"),
            "filter_more": _("更多条件"),
            "filter_more_set": _("更多条件（已选 {count}）"),
            "request_denied": _("您没有做这件事的权限，或登录已过期。"),
            "request_missing": _("要找的内容不存在，可能已被移除。"),
            "request_failed": _("服务器没有完成这个请求（{status}），请稍后再试。"),
            "request_offline": _("网络不通，请检查连接后再试。"),
        },
        "lt-words",
    )
