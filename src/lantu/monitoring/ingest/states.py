"""Write the rules' conclusions in the transaction of the batch that changed them."""

from __future__ import annotations

import numpy as np
from django.db import connection

from lantu.monitoring.ingest.memory import Memory, from_ms

SAVE_SQL = """
    INSERT INTO monitoring_rulestate (rule_version_id, channel_id, level, seen_at, memory)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::timestamptz[], %s::bytea[])
    ON CONFLICT (rule_version_id, channel_id)
    DO UPDATE SET level = excluded.level, seen_at = excluded.seen_at, memory = excluded.memory
"""


def save_states(memory: Memory, slots: np.ndarray) -> None:
    """Store the rows of these slots."""
    if not len(slots):
        return
    rules, state = memory.rules, memory.state
    chosen = slots.tolist()
    with connection.cursor() as cursor:
        cursor.execute(
            SAVE_SQL,
            [
                [rules.versions[slot].pk for slot in chosen],
                [rules.channel_id(slot) for slot in chosen],
                [state.level(slot) for slot in chosen],
                [from_ms(int(state.core["seen_ts"][slot])) for slot in chosen],
                [state.row(slot) for slot in chosen],
            ],
        )
