"""Where the cockpit stands in the navigation."""

from django.utils.translation import gettext_lazy as _

from lantu.core.registry import NavItem, navigation

navigation.add(
    NavItem(
        key="cockpit",
        label=_("指挥舱"),
        url_name="cockpit:cockpit",
        icon="layout-dashboard",
        order=20,
        permission="cockpit.view",
    )
)
