"""Open a spreadsheet that somebody sent: refuse what it is not, before any parser touches it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_RATIO = 150
SMALL_MEMBER = 1024 * 1024
MAX_MEMBERS = 2000
MAX_COLUMNS = 200
CHUNK_BYTES = 1024 * 1024
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
Rows = Iterator[tuple[Any, ...]]
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


@dataclass(frozen=True)
class Sheet:
    """``merged``: (first row, first column letter, last row, last column letter) of each merged block."""

    title: str
    rows: Rows
    merged: tuple[tuple[int, str, int, str], ...] = ()


def _unfit(code: str, detail: str, remedy: str) -> Unacceptable:
    return Unacceptable(f"projects.sheet_{code}", detail, remedy=remedy, field="file")


@contextmanager
def opened_sheets(file: IO[bytes], name: str) -> Iterator[Iterator[Sheet]]:
    """Yield the visible sheets in order, their rows streaming as plain values. Raises Unacceptable for anything unsound."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    if size == 0:
        raise _unfit("empty", _("文件是空的。"), _("请重新选择文件。"))
    if size > MAX_FILE_BYTES:
        raise _unfit(
            "large",
            _("文件有 %(mb)s MB，最多 %(most)s MB。")
            % {"mb": size // 2**20, "most": MAX_FILE_BYTES // 2**20},
            _("请删去图片等无关内容，或分批导入。"),
        )
    head = file.read(8)
    file.seek(0)
    if head.startswith(OLD_EXCEL):
        raise _unfit(
            "old",
            _("这是旧版 .xls 或加了密码的文件。"),
            _("请在 Excel 或 WPS 里去掉密码，另存为 .xlsx 后再导入。"),
        )
    if head.startswith(b"PK"):
        _refuse_bombs(file)
        with _workbook(file) as sheets:
            yield sheets
    elif name.lower().endswith((".csv", ".txt")):
        yield iter([Sheet("CSV", _csv_rows(file.read()))])
    else:
        raise _unfit("type", _("这不是 Excel 文件。"), _("请使用 .xlsx（或 .csv）文件，可先下载模板。"))


def _refuse_bombs(file: IO[bytes]) -> None:
    """A small archive that unpacks to gigabytes, or XML that expands by itself, stops here."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
                raise _unfit("bomb", _("文件解压后过大。"), _("请另存为普通的 .xlsx，或分批导入。"))
            for member in members:
                packed = max(member.compress_size, 1)
                if member.file_size > SMALL_MEMBER and member.file_size / packed > MAX_RATIO:
                    raise _unfit("bomb", _("文件的压缩比异常。"), _("请另存为普通的 .xlsx 后再导入。"))
            if not any(entry.endswith("workbook.xml") for entry in names):
                raise _unfit("type", _("压缩包里没有工作簿。"), _("请使用 .xlsx 文件。"))
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        if re.search(rb"<!(DOCTYPE|ENTITY)", part.read(4096), re.I):
                            raise _unfit(
                                "entity", _("文件含有不允许的 XML 声明。"), _("请用 Excel 重新另存。")
                            )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise _broken() from error
    file.seek(0)


def _broken() -> Unacceptable:
    return _unfit("broken", _("文件损坏，打不开。"), _("请在 Excel 或 WPS 里打开后另存为 .xlsx 再导入。"))


@contextmanager
def _workbook(file: IO[bytes]) -> Iterator[Iterator[Sheet]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        ParseError,
        OSError,
    ) as error:
        raise _broken() from error
    try:
        visible = (sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        yield (Sheet(sheet.title, _values(sheet), _merged(file, _path_of(sheet))) for sheet in visible)
    finally:
        book.close()


def _path_of(sheet: Any) -> str:
    """The archive member that holds the sheet."""
    return str(sheet._worksheet_path)


def _merged(file: IO[bytes], member: str) -> tuple[tuple[int, str, int, str], ...]:
    """Merged blocks of a sheet; the streaming reader shows only their first cell and does not say so."""
    found: list[tuple[int, str, int, str]] = []
    tail = b""
    with zipfile.ZipFile(file) as archive, archive.open(member.lstrip("/")) as part:
        while chunk := part.read(CHUNK_BYTES):
            text = tail + chunk
            matches = list(_MERGE.finditer(text))
            for first, top, last, bottom in (match.groups() for match in matches):
                found.append((int(top), first.decode(), int(bottom), last.decode()))
            tail = text[max(len(text) - 200, matches[-1].end() if matches else 0) :]
    return tuple(found)


def _values(sheet: Any) -> Rows:
    # The stated size of a sheet is often wrong; without it rows are read as they come.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)
    try:
        yield from rows
    except (
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        EOFError,
        OSError,
    ) as error:
        raise _broken() from error


def _csv_rows(content: bytes) -> Rows:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return _split(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise _unfit("encoding", _("文件的文字编码无法识别。"), _("请另存为 UTF-8 或 GBK 编码，或使用 .xlsx。"))


def _split(text: str) -> Rows:
    try:
        for row in csv.reader(io.StringIO(text)):
            yield tuple(cell if cell.strip() else None for cell in row[:MAX_COLUMNS])
    except csv.Error as error:
        raise _broken() from error
