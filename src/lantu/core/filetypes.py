"""What a file really is, told by its bytes. Names and declared types are not believed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lantu.core.refusals import Refused

MAX_ARCHIVE_ENTRIES = 10_000
MAX_ARCHIVE_BYTES = 300 * 1024 * 1024

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
_OFFICE = {
    "word/document.xml": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/workbook.xml": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True, kw_only=True)
class FileType:
    """``is_photo``: will be decoded and re-encoded; ``extension`` has no dot."""

    extension: str
    content_type: str
    is_photo: bool


JPEG = FileType(extension="jpg", content_type="image/jpeg", is_photo=True)
PNG = FileType(extension="png", content_type="image/png", is_photo=True)
WEBP = FileType(extension="webp", content_type="image/webp", is_photo=True)
PDF = FileType(extension="pdf", content_type="application/pdf", is_photo=False)


def refuse_file(code: str, detail: str, remedy: str, *, status: int = 422) -> Refused:
    """A refusal about the ``file`` field of a form or request."""
    return Refused(f"evidence.{code}", detail, remedy=remedy, field="file", status=status)


def sniff(content: bytes) -> FileType:
    """The type of ``content`` by its signature. Raises Refused, with a remedy, for anything not accepted."""
    if not content:
        raise refuse_file("empty", _("文件是空的。"), _("请重新选择文件后再上传。"))
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"PK\x03\x04"):
        return _sniff_office(content)
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        raise refuse_file(
            "heic",
            _("这是 HEIC/AVIF 照片，平台不能核对。"),
            _("请在手机“设置—相机—格式”里选“兼容性最佳”（JPEG）后重拍，或在相册里另存为 JPG。"),
        )
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise refuse_file(
            "old_office", _("这是旧版 Office 文件（doc、xls）。"), _("请另存为 docx、xlsx 或 PDF 后再上传。")
        )
    raise refuse_file(
        "type_not_accepted",
        _("这种文件不能作为证据：内容不是照片、PDF、Word 或 Excel。"),
        _("照片请用 JPG、PNG、WebP；文件请用 PDF、docx、xlsx。"),
    )


def _sniff_office(content: bytes) -> FileType:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise refuse_file("broken", _("文件已损坏，打不开。"), _("请重新导出后再上传。")) from error
    if len(entries) > MAX_ARCHIVE_ENTRIES or sum(entry.file_size for entry in entries) > MAX_ARCHIVE_BYTES:
        raise refuse_file("archive_bomb", _("文件解压后过大。"), _("请拆分后分别上传，或导出为 PDF。"))
    names = {entry.filename for entry in entries}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise refuse_file("macro", _("文件里带有宏。"), _("请另存为不带宏的 docx、xlsx 后再上传。"))
    if "[Content_Types].xml" in names:
        for marker, (extension, content_type) in _OFFICE.items():
            if marker in names:
                return FileType(extension=extension, content_type=content_type, is_photo=False)
    raise refuse_file("archive", _("不接受压缩包。"), _("请解压后逐个上传照片、PDF、docx 或 xlsx。"))
