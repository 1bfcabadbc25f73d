"""Schedules of the demonstration city as data: one line a task, buildings from one pattern. Everything is invented.

A line is ``code | name | working days | predecessors | weight | who``; days 0 is a milestone, ``>`` in front of the
code opens a group. A predecessor is ``A010``, ``A010SS+5``, ``A010FF`` (lag in working days). ``who``: o owner,
c contractor, s supervisor, d designer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LINK = re.compile(r"^(?P<code>\w+?)(?P<kind>FS|SS|FF|SF)?(?P<lag>[+-]\d+)?$")
WHO = {"o": "owner", "c": "contractor", "s": "supervisor", "d": "designer"}


@dataclass(frozen=True)
class DemoTask:
    """One row; ``preds``: (code, kind, lag in working days); ``parent`` is a group's code or empty."""

    code: str
    name: str
    days: int
    preds: tuple[tuple[str, str, int], ...]
    weight: float
    who: str
    parent: str
    is_group: bool


PREPARE = """
>A|开工准备
A010|施工图审查合格|0||0|d
A020|临时设施与围挡|20|A010|1.0|c
A030|场地平整与临时道路|18|A010|1.2|c
A040|临时水电接入|22|A020SS+5|0.8|c
A050|测量控制网复核|6|A030|0.3|s
A060|塔机基础与安装|15|A040,A050|1.0|c
A070|试桩与承载力检测|24|A050|0.8|c
A080|取得施工许可证|0|A020|0|o
>B|桩基与基坑
B010|工程桩施工 A 区|34|A070,A080|3.0|c
B020|工程桩施工 B 区|32|B010SS+14|2.8|c
B030|桩基检测|14|B010,B020FF+6|0.6|s
B040|基坑支护与降水|30|B010SS+18|2.4|c
B050|土方开挖 A 区|22|B040SS+12,B010|1.6|c
B060|土方开挖 B 区|22|B050SS+10,B020|1.5|c
B070|地基验槽|0|B050,B060,B030|0|s
"""
# One workshop; {x} is its letter, {n} its name, {m} a milestone before it, numbers are working days.
WORKSHOP = """
>{x}|{n}
{x}010|垫层与防水|8|{m}|0.6|c
{x}020|承台与基础梁|20|{x}010SS+3|1.8|c
{x}030|地下管沟与设备基础|16|{x}020SS+8|1.0|c
{x}040|基础结构验收|0|{x}020,{x}030|0|s
{x}050|1 层主体结构|22|{x}040|2.0|c
{x}060|2 层主体结构|20|{x}050|1.9|c
{x}070|3 层主体结构|20|{x}060|1.9|c
{x}080|屋面结构|14|{x}070|1.0|c
{x}090|主体结构验收|0|{x}080FS+12|0|s
{x}100|砌体与二次结构|36|{x}070SS+6|1.5|c
{x}110|屋面防水与保温|20|{x}080FS+10|0.9|c
{x}120|外墙板与幕墙|48|{x}090|2.6|c
{x}130|机电管线安装|66|{x}100SS+18,{x}090|4.2|c
{x}140|净化空调与洁净管道|58|{x}130SS+24|4.0|c
{x}150|洁净区彩钢板装修|50|{x}140SS+22,{x}120FF|2.8|c
{x}160|工艺设备安装|40|{x}150SS+26|3.2|o
{x}170|单机调试|18|{x}160,{x}140,{x}110|0.8|c
{x}180|洁净度检测|10|{x}170,{x}150|0.3|s
{x}190|单位工程验收|0|{x}180,{x}120|0|o
"""
LABORATORY = """
>L|检验检测中心
L010|垫层与防水|6|B070FS+10|0.4|c
L020|筏板基础|18|L010|1.4|c
L030|地下室结构|24|L020|1.6|c
L040|基础结构验收|0|L030|0|s
L050|1—3 层主体结构|36|L040|2.2|c
L060|4—6 层主体结构|34|L050|2.0|c
L070|主体结构验收|0|L060FS+14|0|s
L080|砌体与二次结构|34|L050SS+24|1.2|c
L090|幕墙与外窗|52|L070|2.4|c
L100|机电安装|70|L080SS+20,L070|3.4|c
L110|实验室装修与通风柜|56|L100SS+34|2.6|c
L120|实验设备安装|30|L110SS+36,L100|1.8|o
L130|电梯安装与检测|30|L070|0.6|c
L140|系统调试|20|L120,L110,L130|0.6|c
L150|单位工程验收|0|L140,L090|0|o
"""
OUTSIDE = """
>M|动力与环保
M010|动力站土建|48|B070FS+30|1.6|c
M020|锅炉与制冷机组采购|90|A080FS+60|2.4|o
M030|动力站设备安装|44|M010,M020|2.0|c
M040|污水处理站土建|52|B070FS+40|1.5|c
M050|污水处理设备安装|36|M040|1.4|c
M060|污水处理试运行|30|M050,M030|0.4|o
M070|变配电所土建与设备|60|B070FS+50|2.2|c
M080|正式供电|0|M070FS+10|0|o
M090|正式供水供汽|0|M030|0|o
>N|室外工程
N010|雨污水管网|46|D120SS+20|1.6|c
N020|综合管线与管廊|40|N010SS+20|1.4|c
N030|园区道路路基|36|N010,N020SS+16|1.2|c
N040|沥青路面|14|N030|0.9|c
N050|围墙与大门|24|N030SS+10|0.4|c
N060|海绵设施与绿化|34|N030,C120|0.8|c
N070|室外照明与监控|20|N040SS+4|0.4|c
>P|联动调试与验收
P010|全厂送电|0|M080,C130,D130,L100|0|o
P020|消防联动调试|16|C170,D170,E170,L140,P010|0.5|c
P030|消防验收|10|P020|0.2|o
P040|环保设施验收监测|24|M060,P010|0.3|o
P050|规划核实|10|N040,N060|0.1|o
P060|人防与防雷验收|8|P020|0.1|o
P070|档案验收|12|P030FS-4|0.1|o
P080|竣工预验收|8|P030,P060,N070,N050|0.2|s
P090|整改与资料完善|12|P080|0.2|c
P100|竣工验收|0|P090,P040,P050,P070,C190,D190,E190,L150|0|o
P110|竣工验收备案|0|P100FS+11|0|o
P120|移交与投产准备|15|P100|0.2|o
"""
STREET = """
>A|前期与准备
A010|施工图审查合格|0||0|d
A020|管线普查与迁改方案|20|A010|1.0|d
A030|取得施工许可证|0|A010FS+15|0|o
A040|交通导改与围挡|12|A030|0.8|c
A050|临时设施与水电|15|A030|0.8|c
A060|既有管线迁改|40|A020,A040|4.0|c
>B|一标段
B010|清表与拆除|14|A040|1.2|c
B020|雨水管道|36|B010,A060SS+15|4.0|c
B030|污水管道|34|B020SS+12|3.6|c
B040|检查井与接户|24|B030SS+14|1.8|c
B050|闭水试验|8|B030,B040|0.4|s
B060|沟槽回填|20|B050SS+4|1.2|c
B070|路基处理|22|B060|2.4|c
B080|水稳基层|18|B070SS+10|2.6|c
B090|路缘石与人行道|22|B080SS+8|1.8|c
B100|沥青面层|10|B080FS+7|2.6|c
B110|一标段通车|0|B100,B090|0|o
>C|二标段
C010|清表与拆除|14|B010|1.2|c
C020|雨水管道|38|C010,B020SS+20|4.2|c
C030|污水管道|34|C020SS+12|3.6|c
C040|检查井与接户|24|C030SS+14|1.8|c
C050|闭水试验|8|C030,C040|0.4|s
C060|沟槽回填|20|C050SS+4|1.2|c
C070|路基处理|24|C060,B070|2.4|c
C080|水稳基层|18|C070SS+10|2.6|c
C090|路缘石与人行道|22|C080SS+8|1.8|c
C100|沥青面层|10|C080FS+7,B100|2.6|c
C110|二标段通车|0|C100,C090|0|o
>D|附属与设备
D010|强弱电管沟|30|B060SS+8|2.0|c
D020|箱变与配电|26|D010|1.8|o
D030|路灯与信号灯|24|D010,B090|1.6|c
D040|泊位与诱导设备|40|D020SS+8|3.0|c
D050|平台软件与联调|45|D040SS+20|2.4|o
D060|标志标线|10|B100,C100|0.8|c
D070|绿化与城市家具|30|B090,C090SS+6|1.4|c
>E|验收
E010|专项检测|14|D030,D060|0.4|s
E020|竣工预验收|6|E010,D070,D050|0.2|s
E030|整改与资料|10|E020|0.2|c
E040|竣工验收|0|E030,B110,C110|0|o
E050|移交养护|12|E040|0.2|o
"""


def _pattern(text: str) -> list[DemoTask]:
    """Lines into tasks. Raises ``ValueError`` naming the line that cannot be read or a predecessor that is not there."""
    found: list[DemoTask] = []
    group = ""
    for line in filter(None, (line.strip() for line in text.splitlines())):
        code, name, *rest = line.split("|")
        if code.startswith(">"):
            group = code[1:]
            found.append(DemoTask(group, name, 0, (), 0.0, "", "", True))
            continue
        days, preds, weight, who = rest
        found.append(DemoTask(code, name, int(days), tuple(map(_link, filter(None, preds.split(",")))), float(weight), WHO[who], group, False))  # fmt: skip
    known = {task.code for task in found}
    for task in found:
        if missing := [code for code, _kind, _lag in task.preds if code not in known]:
            raise ValueError(f"{task.code}: no predecessor {missing[0]}")
    return found


def _link(text: str) -> tuple[str, str, int]:
    match = LINK.match(text)
    if match is None:
        raise ValueError(f"cannot read the predecessor {text!r}")
    return match["code"], match["kind"] or "FS", int(match["lag"] or 0)


def factory_network() -> list[DemoTask]:
    """A pharmaceutical park of three workshops and a laboratory: about 120 rows in nine groups."""
    shops = [
        WORKSHOP.format(x="C", n="1# 原料药厂房", m="B070"),
        WORKSHOP.format(x="D", n="2# 制剂厂房", m="B070,C010FS+6"),
        WORKSHOP.format(x="E", n="3# 生物制品厂房", m="B070,D010FS+6"),
    ]
    return _pattern("".join([PREPARE, *shops, LABORATORY, OUTSIDE]))


def street_network() -> list[DemoTask]:
    """Streets, pipes and their equipment in two lots: about 45 rows in five groups."""
    return _pattern(STREET)


def length(network: list[DemoTask]) -> int:
    """Working days from begin to end by a plain forward pass, repeated until nothing moves."""
    start: dict[str, int] = {}
    end: dict[str, int] = {}
    tasks = [task for task in network if not task.is_group]
    for _round in tasks:
        before = dict(end)
        for task in tasks:
            if all(code in end for code, _kind, _lag in task.preds):
                start[task.code] = max([0, *(_bound(task, start, end, one) for one in task.preds)])
                end[task.code] = start[task.code] + task.days
        if end == before:
            break
    return max(end.values())


def _bound(task: DemoTask, start: dict[str, int], end: dict[str, int], link: tuple[str, str, int]) -> int:
    """The earliest start that a link allows."""
    code, kind, lag = link
    begins = {"FS": end[code], "SS": start[code], "FF": end[code] - task.days, "SF": start[code] - task.days}
    return begins[kind] + lag
