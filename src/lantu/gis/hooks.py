"""What the map offers: its place in the navigation and its two ground layers."""

from django.utils.translation import gettext_lazy as _

from lantu.core.registry import MapLayer, NavItem, map_layers, navigation

navigation.add(
    NavItem(key="map", label=_("一张图"), url_name="gis:map", icon="map-2", order=30, permission="gis.read")
)
map_layers.add(
    MapLayer(
        key="counties", label=_("县市区"), url_name="gis:counties", order=10, kind="fill", style="county"
    )
)
map_layers.add(
    MapLayer(
        key="project_shapes",
        label=_("项目范围"),
        url_name="gis:project_shapes",
        order=20,
        kind="polygons",
        style="project",
    )
)
map_layers.add(
    MapLayer(
        key="projects", label=_("重点工程"), url_name="gis:projects", order=25, kind="points", style="project"
    )
)
