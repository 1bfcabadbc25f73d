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
            "draft_back": _("刚才填写的内容已恢复，请核对后再提交。照片和文件请重新选择。"),
            "filter_more": _("更多条件"),
            "filter_more_set": _("更多条件（已选 {count}）"),
            "request_denied": _("您没有做这件事的权限，或登录已过期。"),
            "request_missing": _("要找的内容不存在，可能已被移除。"),
            "request_failed": _("服务器没有完成这个请求（{status}），请稍后再试。"),
            "request_offline": _("网络不通，请检查连接后再试。"),
            **_offline_words(),
            **_camera_words(),
        },
        "lt-words",
    )


def _offline_words() -> dict[str, str]:
    """Of the queue and the service worker; see frontend/src/offline/."""
    return {
        "page_offline": _("没有网络。显示的是 {time} 的内容，填写的会存在本机。"),
        "page_offline_plain": _("没有网络。填写的内容会存在本机。"),
        "page_old": _("网络不好，显示的是 {time} 的内容。"),
        "queue_saved": _("已存在本机，正在发送。"),
        "queue_saved_long": _("已存在本机，有网络时自动发送；可以关闭页面。"),
        "queue_signin": _("已存在本机。登录已过期，请重新登录后自动发送。"),
        "queue_waiting": _("{count} 项待发送"),
        "queue_sending": _("正在发送"),
        "queue_look": _("{count} 项需要处理"),
        "queue_empty": _("没有待发送的内容。"),
        "queue_filled": _("{time} 填写"),
        "queue_photos": _("{count} 张照片"),
        "queue_open": _("打开"),
        "queue_retry": _("立即发送"),
        "queue_clear": _("移出列表"),
        "queue_discard": _("删除"),
        "queue_discard_sure": _("这项内容还没有送达，删除后无法找回。确定删除吗？"),
        "queue_state_queued": _("待发送"),
        "queue_state_sending": _("发送中"),
        "queue_state_done": _("已送达"),
        "queue_state_kept": _("有冲突，两份都已保留"),
        "queue_state_refused": _("未被接受"),
        "queue_state_signin": _("等待登录"),
        "queue_state_server": _("服务器忙，稍后重试"),
        "kept_pages": _("可离线查看的页面"),
        "sign_out_unsent": _("还有 {count} 项没有送达。退出后仍存在本机，您下次登录时发送。现在退出吗？"),
        "update_ready": _("新版本已就绪。"),
        "update_now": _("更新"),
    }


def _camera_words() -> dict[str, str]:
    """Of <lantu-camera> and <lantu-compare>."""
    return {
        "camera_title": _("拍照"),
        "camera_live": _("相机画面"),
        "camera_open": _("打开相机"),
        "camera_same_angle": _("对照原照片，同角度拍摄"),
        "camera_opacity": _("原照片浓淡"),
        "camera_shoot": _("拍摄"),
        "camera_grid": _("网格"),
        "camera_turn": _("换镜头"),
        "camera_next_before": _("换一张原照片"),
        "camera_done": _("完成"),
        "camera_taken": _("已拍 {count} 张"),
        "camera_full": _("照片已满"),
        "camera_photo": _("第 {n} 张照片"),
        "camera_remove": _("去掉第 {n} 张照片"),
        "compare_slide": _("左右拖动，对比整改前后"),
    }
