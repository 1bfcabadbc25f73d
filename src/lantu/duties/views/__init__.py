from lantu.duties.views.duty import duty, project_bill
from lantu.duties.views.verbs import (
    duty_arbitrate,
    duty_ask_extension,
    duty_ask_stop,
    duty_bounce,
    duty_decide_extension,
    duty_decide_stop,
    duty_hand_over,
    duty_resume,
    duty_urge,
)
from lantu.duties.views.work import count, duty_list, notices, notices_seen, work

__all__ = [
    "count",
    "duty",
    "duty_arbitrate",
    "duty_ask_extension",
    "duty_ask_stop",
    "duty_bounce",
    "duty_decide_extension",
    "duty_decide_stop",
    "duty_hand_over",
    "duty_list",
    "duty_resume",
    "duty_urge",
    "notices",
    "notices_seen",
    "project_bill",
    "work",
]
