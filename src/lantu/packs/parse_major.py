"""``major_hazards.yaml``: the clauses by which a hazard is judged a major one."""

from __future__ import annotations

from lantu.packs.major import MajorClause, MajorList
from lantu.packs.model import MARKS
from lantu.packs.reading import Value, unique


def parse_major(top: Value, problems: list[str]) -> MajorList:
    """Read the list; whatever is wrong is added to ``problems`` and left out."""
    f = top.fields("document number mark effective_from effective_from_mark chapters items")
    f["effective_from"].day()
    f["effective_from_mark"].choice(MARKS)
    chapters: dict[str, tuple[str, str]] = {}

    def chapter(item: Value) -> None:
        g = item.fields("code name name_en")
        chapters[g["code"].text()] = (g["name"].text(), g["name_en"].text())

    f["chapters"].each(chapter, problems)

    def clause(item: Value) -> MajorClause:
        g = item.fields("code chapter mark text")
        name, name_en = chapters[g["chapter"].choice(chapters)]
        return MajorClause(g["code"].text(), name, name_en, g["text"].text(), g["mark"].choice(MARKS))

    found = unique(f["items"].each(clause, problems), lambda c: c.code, f["items"], "the clause", problems)
    return MajorList(
        document=f["document"].text(),
        number=f["number"].text(),
        mark=f["mark"].choice(MARKS),
        clauses=found,
    )
