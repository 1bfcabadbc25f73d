"""XML of schedules, read safely: no external entities, no bombs, namespaces ignored, the line of a fault named.

The parser is fed piece by piece and keeps only the elements that a reader asks for: what nobody reads (hours by day of
each assignment, user fields, codes) never becomes a tree. Elements kept and their depth are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule.exchange.texts import decode, refuse

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PIECE = 1 << 20
MOST_ELEMENTS = 20_000_000
MOST_DEPTH = 200
_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s>/]")
# Not in XML 1.0; some exports carry them inside names.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:x0*(?:[0-8bcBCeEfF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)


def root_name(content: bytes) -> str:
    """Local name of the first element, told without parsing; "" when this is no XML."""
    head = content[:8192].replace(b"\x00", b"")
    if b"<" not in head[:64]:
        return ""
    head = re.sub(rb"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>]*>", b"", head, flags=re.S)
    found = _ROOT.search(head)
    return found.group(1).decode() if found else ""


def declared_encoding(content: bytes) -> str:
    """The encoding that the XML declaration states, lower case; utf-8 where it states none."""
    found = _DECLARED.search(content[:300].replace(b"\x00", b""))
    return found.group(1).decode().lower() if found else "utf-8"


class XmlText:
    """Parsed document, of which only elements named in ``wanted`` are kept (everything where it is None).

    ``encoding``/``why``: how its bytes were understood; ``dropped``: forbidden characters left out.
    """

    def __init__(self, content: bytes, *, encoding: str = "", wanted: Container[str] | None = None) -> None:
        self.wanted = wanted
        self.encoding, self.why, self.dropped = encoding or declared_encoding(content), "declared", 0
        if encoding:
            self.why = "stated"
        elif self.encoding in ("gb2312", "gbk"):
            # Its superset reads both, and what Windows writes under either name.
            self.encoding = "gb18030"
        self.root = self._parse(content, encoding)

    def _parse(self, content: bytes, stated: str) -> Element:
        try:
            if not stated and self.encoding != "gb18030":
                return _safely(content, self.wanted)
        except (ParseError, LookupError, ValueError):
            pass
        # A second look: bytes that contradict the declaration, or characters that XML forbids.
        decoded = decode(content, stated or ("gb18030" if self.encoding == "gb18030" else ""))
        self.encoding, self.why = decoded.encoding, decoded.why
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", decoded.text, count=1)
        text, self.dropped = _FORBIDDEN.subn("", text)
        self.dropped += decoded.replaced
        try:
            return _safely(text, self.wanted)
        except ParseError as error:
            line, column = error.position
            if re.search("no element found|unclosed token", str(error)):
                raise refuse(
                    "cut_off_xml",
                    _("文件不完整：在第 %(line)s 行就结束了。") % {"line": line},
                    _("请重新导出或重新传送。"),
                ) from error
            raise refuse(
                "xml_broken",
                _("XML 第 %(line)s 行第 %(column)s 列有语法错误。") % {"line": line, "column": column + 1},
                _("请用原软件重新导出，不要手工改写。"),
            ) from error
        except ValueError as error:
            raise refuse(
                "xml_broken", _("XML 内容无法解析。"), _("请用原软件重新导出，不要手工改写。")
            ) from error


class _Keeper:
    """Builds the tree of what is wanted; the rest, with all below it, only goes by."""

    def __init__(self, wanted: Container[str] | None) -> None:
        self.wanted = wanted
        self.builder = TreeBuilder()
        self.depth = self.kept = 0
        # Depth of the element that is being passed over; 0: none.
        self.passing = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """An element opens."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise _too_much(_("XML 嵌套超过 %(most)d 层。") % {"most": MOST_DEPTH})
        if self.passing:
            return
        name = tag.rpartition("}")[2]
        if self.kept and self.wanted is not None and name not in self.wanted:
            self.passing = self.depth
            return
        self.kept += 1
        if self.kept > MOST_ELEMENTS:
            raise _too_much(_("XML 里的项目超过 %(most)d 个。") % {"most": MOST_ELEMENTS})
        self.builder.start(name, {})

    def data(self, text: str) -> None:
        """Text between tags."""
        if not self.passing:
            self.builder.data(text)

    def end(self, tag: str) -> None:
        """The element that opened last closes."""
        if not self.passing:
            self.builder.end(tag.rpartition("}")[2])
        elif self.passing == self.depth:
            self.passing = 0
        self.depth -= 1

    def close(self) -> Element:
        """The root."""
        return self.builder.close()


def _too_much(what: str) -> Unacceptable:
    return refuse("xml_too_much", what, _("请只导出一个项目，或去掉备注和自定义字段。"))


def _safely(content: bytes | str, wanted: Container[str] | None) -> Element:
    parser = XMLParser(target=_Keeper(wanted), forbid_dtd=True)
    try:
        for begin in range(0, len(content), PIECE):
            parser.feed(content[begin : begin + PIECE])
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise refuse(
            "xml_entities",
            _("XML 里有文档类型声明或实体定义，不予解析。"),
            _("请用 P6 或 Project 重新导出。"),
        ) from error
    return root


def text_of(element: Element, name: str) -> str:
    """Text of the direct child of that name, stripped; "" where it is absent, empty or nil."""
    child = element.find(name)
    return (child.text or "").strip() if child is not None else ""


def fields(element: Element) -> dict[str, str]:
    """Texts of all direct children without children of their own; the first of each name."""
    found: dict[str, str] = {}
    for child in element:
        if child.text and child.tag not in found and not len(child):
            found[child.tag] = child.text.strip()
    return found


def each(element: Element, *path: str) -> Iterator[Element]:
    """Elements at the path below ``element``."""
    yield from element.iterfind("/".join(path))
