"""What AI cameras may report, and from which confidence on: packs/national/observations.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from lantu.packs.observations import FIELDS, ObservationType
from lantu.packs.reading import Value


def parse_observations(top: Value, problems: list[str]) -> Mapping[str, ObservationType]:
    """Types by code; what is wrong is noted in ``problems``."""
    fields = top.fields("basis mark types")
    fields["mark"].choice(("V", "K", "D", "U"))
    fields["basis"].text()
    found: dict[str, ObservationType] = {}

    def one(item: Value) -> None:
        f = item.fields("code label label_en severity review_from automatic_from", "field")
        kind = ObservationType(
            code=f["code"].text(),
            label=f["label"].text(),
            label_en=f["label_en"].text(),
            severity=f["severity"].integer(),
            field=f["field"].choice(FIELDS, "safety"),
            review_from=f["review_from"].number(),
            automatic_from=f["automatic_from"].number(),
        )
        if kind.code in found:
            raise f["code"].problem(f"{kind.code} stands twice", "Remove one of the two")
        if not 1 <= kind.severity <= 4:
            raise f["severity"].problem("a severity lies between 1 and 4", "Write e.g. 2")
        if not 0 <= kind.review_from <= kind.automatic_from <= 1:
            raise f["review_from"].problem(
                "0 ≤ review_from ≤ automatic_from ≤ 1 is expected", "Write shares, e.g. 0.60 and 0.95"
            )
        found[kind.code] = kind

    fields["types"].each(one, problems)
    return found
