"""Binary Project files (.mpp, .mpx) through MPXJ, which is optional: ``pip install lantu[mpp]`` and a Java runtime.

A Java machine cannot be started twice in one process and holds 150 MB, so MPXJ runs in a process of its own, turns
the file into MSPDI, and our own reader reads that.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule.exchange.mspdi import read_mspdi
from lantu.lifecycle.schedule.exchange.neutral import Finding, Reading
from lantu.lifecycle.schedule.exchange.texts import refuse

SECONDS = 180
CONVERTER = """
import sys
import jpype
import mpxj
if not jpype.isJVMStarted():
    jpype.startJVM(*sys.argv[3:])
from org.mpxj.reader import UniversalProjectReader
from org.mpxj.mspdi import MSPDIWriter
project = UniversalProjectReader().read(sys.argv[1])
if project is None:
    sys.exit(3)
MSPDIWriter().write(project, sys.argv[2])
print(project.getProjectProperties().getFileApplication(), project.getProjectProperties().getFileType())
"""


def missing_part() -> str:
    """What this machine lacks to read .mpp: ``mpxj``, ``java`` or "" when nothing."""
    if find_spec("mpxj") is None or find_spec("jpype") is None:
        return "mpxj"
    from os import environ

    if shutil.which("java") is None and not environ.get("JAVA_HOME"):
        return "java"
    return ""


def read_mpp(content: bytes, name: str) -> Reading:
    """Read a binary Project file. Raises Unacceptable when the optional parts are absent or MPXJ gives up."""
    missing = missing_part()
    if missing:
        raise _absent(missing)
    suffix = ".mpx" if name.lower().endswith(".mpx") else ".mpp"
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / f"in{suffix}", Path(folder) / "out.xml"
        source.write_bytes(content)
        command = [
            sys.executable,
            "-c",
            CONVERTER,
            str(source),
            str(target),
            "-Xmx1g",
            "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory",
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise refuse(
                "mpp_slow",
                _("MPXJ 在 %(n)d 秒内没有读完。") % {"n": SECONDS},
                _("请在 Project 里“另存为 XML”后再导入。"),
            ) from error
        if done.returncode or not target.exists():
            if "JVMNotFound" in done.stderr:
                raise _absent("java")
            raise refuse(
                "mpp_broken",
                _("MPXJ 读不出这个文件：%(why)s") % {"why": _last_line(done.stderr)},
                _("文件可能损坏、加密，或由 Project 4 以前的版本保存；请在 Project 里“另存为 XML”后再导入。"),
            )
        reading = read_mspdi(target.read_bytes())
    reading.file_format = "mpp"
    reading.application = done.stdout.strip() or reading.application
    reading.findings.append(Finding(code="through_mpxj"))
    return reading


def _absent(part: str) -> Unacceptable:
    if part == "java":
        detail = _("读取 .mpp 需要 Java 运行环境（17 或更新），本机没有。")
    else:
        detail = _("读取 .mpp 需要可选组件 MPXJ，本机没有安装。")
    return refuse(
        "mpp_unavailable",
        detail,
        _('请在 Project 里“另存为 XML”后再导入；或请管理员安装：pip install "lantu[mpp]" 与 Java 17。'),
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else _("没有说明原因")
