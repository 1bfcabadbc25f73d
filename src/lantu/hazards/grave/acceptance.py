"""What must be true before a hazard is accepted as gone."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lantu.core.refusals import Refused
from lantu.hazards.grave.standing import listing_in_force, stop_in_force
from lantu.hazards.models import Hazard

MOST_EXPERTS = 12


def nothing_stands(hazard: Hazard) -> None:
    """Raises Refused while a stop-work order or a listing is in force: each is ended by its own step first."""
    if stop_in_force(hazard) is not None:
        raise Refused(
            "hazards.still_stopped",
            _("停工令还没有解除，不能销号。"),
            remedy=_("请先由整改单位附证据申请复工，再由监督人员签发复工令。"),
        )
    if listing_in_force(hazard) is not None:
        raise Refused(
            "hazards.still_listed",
            _("挂牌督办还没有摘牌，不能销号。"),
            remedy=_("请先按督办机关的验收文件办理摘牌。"),
        )


def experts_of(hazard: Hazard, text: str) -> list[dict[str, Any]]:
    """The experts who took part, from lines of “name unit”. A major hazard needs one at least, none of the
    rectifying unit. Raises Refused otherwise."""
    people = []
    for line in text.replace("\x00", "").splitlines()[:MOST_EXPERTS]:
        name, _space, unit = line.replace("，", " ").replace("　", " ").strip().partition(" ")
        if name:
            people.append({"name": name[:40], "unit": unit.strip()[:80]})
    if hazard.is_major and not people:
        raise Refused(
            "hazards.experts_missing",
            _("重大隐患须有专家参加复查。"),
            remedy=_("请逐行填写专家姓名和单位。"),
            field="experts",
            status=422,
        )
    unit_name = hazard.rectifier_unit.name if hazard.rectifier_unit else ""
    for person in people:
        if unit_name and person["unit"] == unit_name:
            raise Refused(
                "hazards.expert_not_independent",
                _("专家“%(name)s”来自整改单位，不能参加复查。") % {"name": person["name"]},
                remedy=_("请聘请其他单位的专家。"),
                field="experts",
                status=422,
            )
    return people
