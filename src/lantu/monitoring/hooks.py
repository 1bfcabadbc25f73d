"""What monitoring offers to the floors around it."""

from django.utils.translation import gettext_lazy as _

from lantu.core.registry import MapLayer, NavItem, ProjectTab, map_layers, navigation, project_tabs

navigation.add(
    NavItem(
        key="alerts", label=_("预警"), url_name="monitoring:alerts", icon="alert-triangle", order=40,
        permission="monitoring.read",
    )
)  # fmt: skip
navigation.add(
    NavItem(
        key="devices", label=_("监测"), url_name="monitoring:devices", icon="wifi", order=45,
        permission="monitoring.read",
    )
)  # fmt: skip
project_tabs.add(
    ProjectTab(
        key="monitoring", label=_("监测"), url_name="monitoring:project", icon="wifi", order=40,
        permission="monitoring.read",
    )
)  # fmt: skip
map_layers.add(
    MapLayer(
        key="devices", label=_("监测设备"), url_name="monitoring:device_layer", order=40, kind="points",
        style="device", visible=False, permission="monitoring.read",
    )
)  # fmt: skip
