"""Primavera XER: tables of tab-separated lines. %T table, %F field names, %R row, %E end; the first line is ERMHDR.

Source of the format: Oracle, "Primavera P6 Data Map Guide (Project Manager XER)". Tolerated, because real files have
them: unknown tables and columns, tables in any order, rows shorter than their head, line breaks inside a text, CRLF,
quotes doubled by Excel. Refused: what has no head, and what ends before its end mark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule.exchange.neutral import Finding
from lantu.lifecycle.schedule.exchange.texts import Decoded, decode, refuse

HEAD = "ERMHDR"
# Of other tables only the number of rows is kept.
WANTED = frozenset(
    ("PROJECT", "CALENDAR", "SCHEDOPTIONS", "PROJWBS", "TASK", "TASKPRED", "RSRC", "TASKRSRC", "PROJCOST")
)
LONGEST_FIELD = 500_000


@dataclass
class Table:
    """``rows`` are as long as the file wrote them; ``lines[n]`` is the line of ``rows[n]``, ``heads[n]`` its fields."""

    name: str
    fields: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    heads: list[list[str]] = field(default_factory=list)
    count: int = 0


class Row(dict[str, str]):
    """One row by field names; what the file does not have is an empty text."""

    __slots__ = ("line",)

    line: int

    def __missing__(self, name: str) -> str:
        return ""


@dataclass
class XerFile:
    version: str
    decoded: Decoded
    tables: dict[str, Table]
    findings: list[Finding]
    lines: int

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table, none where the file lacks it."""
        found = self.tables.get(table)
        if found is None:
            return
        for names, cells, line in zip(found.heads, found.rows, found.lines, strict=True):
            row = Row(zip(names, cells, strict=False))
            row.line = line
            yield row


def looks_like_xer(content: bytes) -> bool:
    """The first line begins with ERMHDR, in any encoding and after any byte order mark."""
    head = content[:64].replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe")
    return head.removeprefix(b"\xfe\xff").lstrip().startswith(b"ERMHDR") or head.lstrip().startswith(
        b'"ERMHDR'
    )


def read_tables(content: bytes, *, encoding: str = "", unended: bool = False) -> XerFile:
    """The tables of a file. ``unended``: the sender says that their program writes no end mark.

    Raises Unacceptable naming the line: not an XER, cut off, a row before its table or head.
    """
    decoded = decode(content, encoding)
    lines = decoded.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = lines[0].split("\t")
    if head[0].strip().strip('"') != HEAD:
        raise refuse(
            "not_xer",
            _("第 1 行不是 XER 文件头（ERMHDR）。"),
            _("请在 P6 里选择“导出 → XER”，不要另存或改写文件。"),
        )
    reader = _Lines(unended)
    for number, line in enumerate(lines[1:], start=2):
        if reader.ended:
            break
        reader.take(number, line)
    reader.finish(len(lines), lines)
    version = head[1].strip() if len(head) > 1 else ""
    return XerFile(version, decoded, reader.tables, reader.findings, len(lines))


class _Lines:
    def __init__(self, unended: bool) -> None:
        self.unended = unended
        self.tables: dict[str, Table] = {}
        self.findings: list[Finding] = []
        self.table: Table | None = None
        self.ended = False

    def take(self, number: int, line: str) -> None:
        mark = line[:2]
        if mark == "%R":
            self._row(number, line)
        elif mark == "%T":
            self._open(line.split("\t"), number)
        elif mark == "%F":
            if self.table is None:
                raise _out_of_order(number, "%F")
            self.table.fields = [name.strip().strip('"') for name in line.split("\t")[1:]]
        elif mark == "%E":
            self.ended = True
        elif line.strip():
            self._continued(number, line)

    def _open(self, parts: list[str], number: int) -> None:
        name = parts[1].strip().strip('"').upper() if len(parts) > 1 else ""
        if not name:
            raise refuse(
                "table_unnamed", _("第 %(line)s 行的表没有名称。") % {"line": number}, _("请重新从 P6 导出。")
            )
        if name in self.tables:
            self.findings.append(
                Finding(code="table_twice", level="warn", line=number, params={"table": name})
            )
        self.table = self.tables.setdefault(name, Table(name))

    def _row(self, number: int, line: str) -> None:
        table = self.table
        if table is None or not table.fields:
            raise _out_of_order(number, "%R")
        table.count += 1
        if table.name not in WANTED:
            return
        cells = line.split("\t")
        del cells[0]
        if '""' in line:
            cells = [_unquoted(cell) for cell in cells]
        table.rows.append(cells)
        table.lines.append(number)
        table.heads.append(table.fields)

    def _continued(self, number: int, line: str) -> None:
        """A line break inside a text field: the line belongs to the row before."""
        table = self.table
        if table is None or not table.count:
            raise refuse(
                "line_unknown",
                _("第 %(line)s 行既不是表、字段也不是数据：“%(text)s”。")
                % {"line": number, "text": line[:40]},
                _("请重新从 P6 导出，不要用文本编辑器改写。"),
            )
        if len(self.findings) < 200:
            self.findings.append(
                Finding(code="line_continued", level="warn", line=number, params={"table": table.name})
            )
        if table.rows and len(table.rows[-1][-1]) < LONGEST_FIELD:
            more = line.split("\t")
            table.rows[-1][-1] += f" {more[0]}"
            table.rows[-1].extend(more[1:])

    def finish(self, count: int, lines: list[str]) -> None:
        if not self.ended:
            last = count
            while last > 1 and not lines[last - 1].strip():
                last -= 1
            where = self.table.name if self.table else "—"
            if not self.unended:
                raise refuse(
                    "cut_off",
                    _("文件不完整：在第 %(line)s 行（表 %(table)s）就结束了，没有结束标记 %%E。")
                    % {"line": last, "table": where},
                    _("请重新导出或重新传送；若来源软件本来就不写结束标记，请勾选“来源软件不写结束标记”。"),
                )
            self.findings.append(
                Finding(code="no_end_mark", level="warn", line=last, params={"table": where})
            )
        if "TASK" not in self.tables and "PROJECT" not in self.tables:
            names = "、".join(sorted(self.tables)[:8]) or "—"
            raise refuse(
                "no_tasks",
                _("文件里没有 PROJECT 和 TASK 表，只有：%(names)s。") % {"names": names},
                _("导出时请选择“项目”，不要只导出资源或角色。"),
            )


def _unquoted(cell: str) -> str:
    """Excel writes a text with quotes as ``"… ""x"" …"``; Primavera itself never doubles them."""
    if len(cell) > 2 and cell[0] == cell[-1] == '"' and '""' in cell[1:-1]:
        inner = cell[1:-1]
        if '"' not in inner.replace('""', ""):
            return inner.replace('""', '"')
    return cell


def _out_of_order(number: int, mark: str) -> Unacceptable:
    return refuse(
        "row_homeless",
        _("第 %(line)s 行（%(mark)s）之前没有表名或字段行。") % {"line": number, "mark": mark},
        _("文件前部缺失或被改写，请重新从 P6 导出。"),
    )
