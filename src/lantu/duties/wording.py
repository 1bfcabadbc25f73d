"""The sentences that duties store: titles of decisions, notices, reasons of hand-overs. See lantu.core.sentences."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from lantu.core.sentences import sentence

URGED = sentence(gettext_noop("催办：%(title)s。%(reason)s"))
CLIMBED = sentence(gettext_noop("%(slip)s · %(title)s（责任人 %(holder)s）%(why)s"))
DECIDE_STOP = sentence(gettext_noop("审批停钟（%(why)s）：%(title)s"))
REVIEW_STOP = sentence(gettext_noop("复核停钟事由是否消除：%(title)s"))
STOP_GRANTED = sentence(gettext_noop("停钟已批准：%(title)s"))
STOP_REFUSED = sentence(gettext_noop("停钟未批准：%(reason)s"))
DECIDE_EXTENSION = sentence(gettext_noop("审批延期至 %(day)s：%(title)s"))
EXTENSION_GRANTED = sentence(gettext_noop("延期已批准：%(title)s"))
EXTENSION_REFUSED = sentence(gettext_noop("延期未批准：%(reason)s"))
BOUNCED = sentence(gettext_noop("退回：%(why)s"))
BOUNCED_TWICE = sentence(gettext_noop("第二次退回（%(why)s），建议 %(to)s，报局经办裁定"))
ARBITRATED = sentence(gettext_noop("裁定：%(reason)s"))
TO_DEPUTY = sentence(gettext_noop("%(holder)s 外出或离岗，由代理人承接"))
TO_HEAD = sentence(gettext_noop("%(holder)s 外出或离岗且无代理人，由单位负责人承接"))
TO_LEADER = sentence(gettext_noop("%(holder)s 离岗且本单位无人承接，由局领导承接"))

DECIDE = gettext_noop("审批")
RESUME = gettext_noop("恢复计时")
STOP_AGREED = gettext_noop("同意停钟")
STOP_NOT_AGREED = gettext_noop("不同意停钟")
EXTENSION_AGREED = gettext_noop("同意延期")
EXTENSION_NOT_AGREED = gettext_noop("不同意延期")
RAISED = gettext_noop("提级督办")
BLUE = gettext_noop("蓝单：临期")
YELLOW = gettext_noop("黄单：滞后")
RED = gettext_noop("红单：逾期")
WITHDRAWN = gettext_noop("事项已办结，无需再定")
NEXT_STEP = gettext_noop("转入下一环节")
