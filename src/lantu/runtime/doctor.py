"""`lantu doctor`: what is missing on this machine, and how to mend it, in plain words."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from lantu.runtime import endpoints, lodging, nats, ports, postgres, processes
from lantu.runtime.boot import check_external_nats
from lantu.runtime.paths import Places
from lantu.runtime.words import Fault, out, say

GIB = 1024**3
OLDEST_PYTHON = (3, 11)
OLDEST_GLIBC = (2, 28)
# No clock that shows an earlier day than this software's own can be right (seconds since 1970).
RELEASED_AT = 1_795_000_000
GOOD, ADVICE, BAD = "good", "advice", "bad"
MARKS = {GOOD: "[green]✓[/]", ADVICE: "[yellow]![/]", BAD: "[red]✗[/]"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: how it stands, in words, and what to do about it."""

    grade: str
    what: str
    remedy: str = ""


def show_findings(places: Places) -> int:
    """Print all findings; returns 1 when something must be mended before Lantu can run, else 0."""
    findings = list(examine(places))
    for finding in findings:
        out.print(f"{MARKS[finding.grade]} {finding.what}", markup=True)
        if finding.remedy:
            out.print(f"    → {finding.remedy}", markup=False)
    bad = sum(finding.grade == BAD for finding in findings)
    if bad:
        out.print(say(f"\n有 {bad} 项必须处理。", f"\n{bad} of these must be mended."))
        return 1
    out.print(say("\n可以运行：lantu up", "\nAll set: lantu up"))
    return 0


def examine(places: Places) -> Iterator[Finding]:
    """All findings about this machine and data directory, in the order in which they matter."""
    yield python_version(sys.version_info[:2])
    yield c_library(*platform.libc_ver())
    yield _engine("PostgreSQL", lambda: postgres.engine_directory() / "postgres")
    yield _engine("NATS", nats.server_binary)
    if os.geteuid() == 0 and not os.environ.get("LANTU_DATABASE_URL"):
        yield _database_user()
    yield disk_space(shutil.disk_usage(_existing(places.root)).free)
    yield _writable(places)
    yield clock(time.time())
    yield from _ports(places)
    yield from _databases(places)
    yield from _records(places)
    yield from _built()
    yield _fonts()


def python_version(version: tuple[int, ...]) -> Finding:
    """Grade of a Python version (major, minor)."""
    shown = ".".join(map(str, version))
    if version >= OLDEST_PYTHON:
        return Finding(GOOD, f"Python {shown}")
    return Finding(
        BAD,
        say(f"Python {shown} 太旧", f"Python {shown} is too old"),
        say("安装 Python 3.11 以上，再执行 make setup。", "Install Python 3.11 or newer, then make setup."),
    )


def c_library(name: str, version: str) -> Finding:
    """Grade of the C library: the engines are built for glibc 2.28 and newer."""
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if name == "glibc" and numbers >= OLDEST_GLIBC:
        return Finding(GOOD, f"glibc {version}")
    return Finding(
        BAD,
        say(
            f"C 运行库 {name or '未知'} {version}：引擎需要 glibc 2.28 以上",
            f"C library {name or '?'} {version}: the engines need glibc 2.28 or newer",
        ),
        say(
            "使用 Debian 12、Ubuntu 22.04 以上等系统（Alpine 不行）；或用外部数据库与消息服务器。",
            "Use Debian 12, Ubuntu 22.04 or newer (not Alpine); or external servers for both engines.",
        ),
    )


def disk_space(free_bytes: int) -> Finding:
    """Grade of the free space for the data directory."""
    text = say(f"磁盘剩余 {free_bytes / GIB:.0f} GiB", f"{free_bytes / GIB:.0f} GiB of disk free")
    remedy = say(
        "清理磁盘，或把数据目录放到更大的盘（--data-dir）。",
        "Free some, or put the data directory on a larger disk (--data-dir).",
    )
    if free_bytes < 2 * GIB:
        return Finding(BAD, text, remedy)
    return Finding(ADVICE, text, remedy) if free_bytes < 10 * GIB else Finding(GOOD, text)


def clock(now_s: float) -> Finding:
    """Grade of the machine's clock (seconds since 1970): deadlines and hash chains hang on it."""
    text = say("系统时间 ", "System time ") + time.strftime("%Y-%m-%d %H:%M", time.localtime(now_s))
    if now_s >= RELEASED_AT:
        return Finding(GOOD, text)
    return Finding(
        BAD,
        say(f"{text} 不对：早于本软件的发布", f"{text} is wrong: earlier than this software's release"),
        say("校时：timedatectl set-ntp true。", "Set the clock: timedatectl set-ntp true."),
    )


def _engine(name: str, find: Callable[[], Path]) -> Finding:
    try:
        program = find()
        version = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, timeout=20
        )
    except Fault as fault:
        return Finding(BAD, fault.what, fault.remedy)
    except (OSError, subprocess.SubprocessError) as error:
        return Finding(
            BAD,
            say(f"{name} 引擎不能运行：{error}", f"The engine {name} does not run: {error}"),
            say("重新安装：make clean setup。", "Install again: make clean setup."),
        )
    return Finding(GOOD, version.stdout.strip())


def _database_user() -> Finding:
    try:
        user = lodging.unprivileged_user()
    except Fault as fault:
        return Finding(BAD, fault.what, fault.remedy)
    return Finding(
        GOOD,
        say(
            f"以 root 运行：PostgreSQL 改用 uid {user[0]}",
            f"Running as root: PostgreSQL runs as uid {user[0]}",
        ),
    )


def _writable(places: Places) -> Finding:
    try:
        places.prepare()
    except Fault as fault:
        return Finding(BAD, fault.what, fault.remedy)
    return Finding(GOOD, say(f"数据目录 {places.root}", f"Data directory {places.root}"))


def _ports(places: Places) -> Iterator[Finding]:
    if places.held():
        return
    for wish in (ports.WEB, ports.MQTT, *ports.GATEWAY):
        if os.environ.get(wish.variable) == ports.OFF:
            continue
        try:
            port = ports.claim(wish, os.environ.get("LANTU_HOST") or "127.0.0.1")
        except Fault as fault:
            yield Finding(BAD, fault.what, fault.remedy)
            continue
        moved = port != wish.default and not os.environ.get(wish.variable)
        yield Finding(
            ADVICE if moved else GOOD,
            say(f"端口 {wish.name}：{port}", f"Port {wish.name}: {port}"),
            say(
                f"默认的 {wish.default} 已被占用，将顺延。",
                f"The default {wish.default} is taken; the next free one is used.",
            )
            if moved
            else "",
        )


def _databases(places: Places) -> Iterator[Finding]:
    running = endpoints.read(places)
    url = os.environ.get("LANTU_DATABASE_URL") or (running.database if running else None)
    if url:
        good = say("数据库回应正常，中文检索可用", "The database answers, and search sees Chinese")
        yield _checked(good, lambda: _check_database(url))
    external = os.environ.get("LANTU_NATS_URL")
    if external:
        yield _checked(
            say("外部消息服务器回应正常", "The external message server answers"),
            lambda: check_external_nats(external),
        )


# What the house promises about its records, each with the command that proves it and lists what breaks it.
LAWS = (
    ("verify_duties", "未结事项都有责任人和时限", "Every open matter has its holder and its clock"),
    ("verify_hazards", "隐患与其事件记录一致", "Hazards agree with their recorded events"),
)
VERIFYING_LASTS_S = 600


def _records(places: Places) -> Iterator[Finding]:
    """Laws that only the rows can break. Silent while no database is in force or it has no tables yet."""
    try:
        env = processes.environment_in_force(places)
        if not postgres.has_table(env["LANTU_DATABASE_URL"], "duties_duty"):
            return
    except Fault:
        return  # named by _databases
    for name, chinese, english in LAWS:
        yield _law(name, say(chinese, english), {**os.environ, **env})


def _law(name: str, promise: str, env: dict[str, str]) -> Finding:
    try:
        done = subprocess.run(
            processes.manage_argv(name),
            check=False,
            env=env,
            capture_output=True,
            text=True,
            timeout=VERIFYING_LASTS_S,
        )
    except subprocess.TimeoutExpired:
        return Finding(
            ADVICE,
            say(f"核验没有在 10 分钟内完成：{name}", f"Not verified within 10 minutes: {name}"),
            f"lantu manage {name}",
        )
    if done.returncode == 0:
        return Finding(GOOD, promise)
    last = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1:]
    return Finding(
        BAD,
        say(f"不成立：{promise}。", f"Does not hold: {promise}. ") + "".join(last),
        say(f"逐条查看：lantu manage {name}", f"See each of them: lantu manage {name}"),
    )


def _check_database(url: str) -> None:
    postgres.check_external(url)
    postgres.check_trigrams(url)


def _checked(good: str, check: Callable[[], object]) -> Finding:
    try:
        check()
    except Fault as fault:
        return Finding(BAD, fault.what, fault.remedy)
    return Finding(GOOD, good)


def _built() -> Iterator[Finding]:
    package = resources.files("lantu")
    built = package.joinpath("ui/static/dist/manifest.json").is_file()
    yield (
        Finding(GOOD, say("前端已构建", "The front end is built"))
        if built
        else Finding(
            BAD,
            say("前端尚未构建，页面会没有样式", "The front end is not built: pages would lack their look"),
            "make setup",
        )
    )
    compiled = any(Path(str(package)).glob("*/locale/en/LC_MESSAGES/django.mo"))
    yield (
        Finding(GOOD, say("语言目录已编译", "The message catalogues are compiled"))
        if compiled
        else Finding(
            ADVICE,
            say(
                "语言目录尚未编译，英文界面不可用",
                "The message catalogues are not compiled: no English pages",
            ),
            "make setup",
        )
    )


def _fonts() -> Finding:
    lister = shutil.which("fc-list")
    found = (
        lister
        and subprocess.run([lister, ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip()
    )
    if found:
        return Finding(GOOD, say("有中文字体", "Chinese fonts are installed"))
    return Finding(
        ADVICE,
        say(
            "本机没有中文字体（只影响在本机打印和截图）",
            "No Chinese fonts here (matters only for printing and screenshots on this machine)",
        ),
        "apt-get install fonts-noto-cjk",
    )


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())
