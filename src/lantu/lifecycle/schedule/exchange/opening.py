"""What kind of schedule a file is, told by its bytes, and the reader for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from lantu.lifecycle.schedule.exchange.neutral import Reading
from lantu.lifecycle.schedule.exchange.texts import refuse
from lantu.lifecycle.schedule.exchange.xer import looks_like_xer
from lantu.lifecycle.schedule.exchange.xml_tools import root_name

MAX_FILE_BYTES = 120 * 1024 * 1024
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Other binary or text forms of Project that MPXJ reads and we do not.
MPX_HEAD = b"MPX"


@dataclass(frozen=True)
class Options:
    """What the sender states about a file. ``encoding``: "" = decide; ``unended``: no end mark is expected."""

    encoding: str = ""
    unended: bool = False


def sniff(content: bytes, name: str) -> str:
    """``xer``, ``p6xml``, ``mspdi``, ``xlsx`` or ``mpp``. Raises Unacceptable with a remedy for anything else."""
    if not content:
        raise refuse("empty", _("文件是空的。"), _("请重新选择文件。"))
    if len(content) > MAX_FILE_BYTES:
        raise refuse(
            "large",
            _("文件有 %(mb)d MB，最多 %(most)d MB。")
            % {"mb": len(content) // 2**20, "most": MAX_FILE_BYTES // 2**20},
            _("请只导出一个项目，或去掉备注和自定义字段。"),
        )
    if looks_like_xer(content):
        return "xer"
    if content.startswith(b"PK\x03\x04"):
        return "xlsx"
    if content.startswith(COMPOUND) or (content.startswith(MPX_HEAD) and name.lower().endswith(".mpx")):
        return "mpp"
    root = root_name(content)
    if root == "APIBusinessObjects":
        return "p6xml"
    if root == "Project":
        return "mspdi"
    if name.lower().endswith(".xer"):
        raise refuse(
            "not_xer",
            _("第 1 行不是 XER 文件头（ERMHDR）。"),
            _("请在 P6 里选择“导出 → XER”，不要另存或改写文件。"),
        )
    what = _("根元素是 %(root)s 的 XML") % {"root": root} if root else _("无法识别的内容")
    raise refuse(
        "kind_unknown",
        _("这不是进度计划文件：%(what)s。") % {"what": what},
        _("请上传 P6 的 XER 或 XML、Project 的 XML 或 MPP，或本平台的表格。"),
    )


def read_schedule(content: bytes, name: str, options: Options | None = None) -> Reading:
    """Read any accepted file. Raises Unacceptable that names the place and the remedy."""
    stated = options or Options()
    kind = sniff(content, name)
    if kind == "xer":
        from lantu.lifecycle.schedule.exchange.xer_project import read_xer

        return read_xer(content, encoding=stated.encoding, unended=stated.unended)
    if kind == "p6xml":
        from lantu.lifecycle.schedule.exchange.pmxml import read_pmxml

        return read_pmxml(content, encoding=stated.encoding)
    if kind == "mspdi":
        from lantu.lifecycle.schedule.exchange.mspdi import read_mspdi

        return read_mspdi(content, encoding=stated.encoding)
    if kind == "xlsx":
        from lantu.lifecycle.schedule.exchange.sheet_in import read_sheet

        return read_sheet(content)
    from lantu.lifecycle.schedule.exchange.mpp import read_mpp

    return read_mpp(content, name)
