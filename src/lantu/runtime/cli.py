"""The command `lantu`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from lantu import __version__
from lantu.runtime import boot, ports, processes
from lantu.runtime.paths import Places
from lantu.runtime.words import Fault, out, plain, say, show_fault

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    help=say("蓝图：重点工程全生命周期平台", "Lantu: major public projects from approval to operation"),
)
pack = typer.Typer(no_args_is_help=True, help=say("城市规则包", "City packs"))
app.add_typer(pack, name="pack")

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help=say(
            "数据目录（默认 LANTU_DATA_DIR 或 ./var）", "Data directory (default LANTU_DATA_DIR or ./var)"
        ),
    ),
]
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command(help=say("启动全部；Ctrl-C 停止", "Start everything; Ctrl-C stops"))
def up(
    demo: Annotated[
        bool, typer.Option("--demo", help=say("带演示城市", "With the demonstration city"))
    ] = False,
    data_dir: DataDir = None,
    host: Annotated[
        str | None,
        typer.Option(
            help=say(
                "对外地址（默认 LANTU_HOST 或 127.0.0.1）",
                "Address to serve on (default LANTU_HOST or 127.0.0.1)",
            )
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            help=say("网页端口（默认 8000，被占用则顺延）", "Web port (default 8000, or the next free one)")
        ),
    ] = None,
) -> None:
    boot.up(Places.of(data_dir), boot.Wanted(demo=demo, host=_host(host), port=port))


@app.command(help=say("现在哪些在运行、地址是什么", "What runs now, and where"))
def status(data_dir: DataDir = None) -> None:
    from lantu.runtime.status import show_status

    raise typer.Exit(show_status(Places.of(data_dir)))


@app.command(help=say("检查缺少什么、怎样补上", "What is missing, and how to mend it"))
def doctor(data_dir: DataDir = None) -> None:
    from lantu.runtime.doctor import show_findings

    raise typer.Exit(show_findings(Places.of(data_dir)))


@app.command(
    help=say("备份数据库、文件与密钥到一个 .tar.gz", "Back up database, files and keys into one .tar.gz")
)
def backup(file: Path, data_dir: DataDir = None) -> None:
    from lantu.runtime.backup import back_up

    back_up(Places.of(data_dir), file)


@app.command(help=say("把备份恢复到空的数据目录", "Restore a backup into an empty data directory"))
def restore(
    file: Path,
    data_dir: DataDir = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help=say(
                "已有数据也恢复（旧数据改名保留）",
                "Also over existing data (which is kept under another name)",
            ),
        ),
    ] = False,
) -> None:
    from lantu.runtime.backup import restore_from

    restore_from(Places.of(data_dir), file, force=force)


@app.command(help=say("只运行网页进程", "Run one web process"))
def web(
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option()] = None,
    port: Annotated[int | None, typer.Option()] = None,
) -> None:
    address = _host(host)
    env = processes.environment_in_force(Places.of(data_dir))
    claimed = ports.claim(ports.WEB, address, explicit=port)
    env |= {"LANTU_HOST": address, "LANTU_WEB_PORT": str(claimed)}
    out.print(f"http://{processes.local_address(address)}:{claimed}")
    _become(processes.web_argv(address, claimed), env)


@app.command(help=say("只运行采集进程", "Run one ingest process"), context_settings=PASS_ON)
def ingest(context: typer.Context) -> None:
    _run_command("ingest", context.args)


@app.command(
    help=say("只运行设备网关（HJ 212、JT/T 808）", "Run one device gateway (HJ 212, JT/T 808)"),
    context_settings=PASS_ON,
)
def gateway(context: typer.Context) -> None:
    _run_command("gateway", context.args)


@app.command(help=say("只运行任务进程", "Run one job worker"), context_settings=PASS_ON)
def worker(context: typer.Context) -> None:
    _run_command("worker", context.args)


@app.command(
    help=say(
        "模拟设备上报，例如 --sites 10 --rate 100", "Simulate devices, for instance --sites 10 --rate 100"
    ),
    context_settings=PASS_ON,
)
def simulate(context: typer.Context) -> None:
    _run_command("simulate", context.args)


@app.command(help=say("Django 管理命令", "Django's management commands"), context_settings=PASS_ON)
def manage(context: typer.Context) -> None:
    _become(processes.manage_argv(*context.args), processes.environment_in_force(Places.of()))


@pack.command("check", help=say("检查一个规则包目录", "Check the directory of a pack"))
def pack_check(directory: Path) -> None:
    from lantu.packs.check import check_pack

    problems = check_pack(directory)
    for problem in problems:
        out.print(f"[red]✗[/] {plain(problem)}")
    if problems:
        raise typer.Exit(1)
    out.print(say(f"[green]✓[/] {directory} 没有问题", f"[green]✓[/] {directory} is sound"))


@app.command(help=say("版本", "Version"))
def version() -> None:
    out.print(f"lantu {__version__}")


def main() -> None:
    """Entry point: a Fault is shown in plain words, everything else as what it is, a defect."""
    try:
        app()
    except Fault as fault:
        show_fault(fault)
        sys.exit(1)


def _host(given: str | None) -> str:
    """The address to serve on, without the brackets that a URL puts around IPv6."""
    return (given or os.environ.get("LANTU_HOST") or "127.0.0.1").strip("[]")


def _run_command(name: str, arguments: list[str]) -> None:
    env = processes.environment_in_force(Places.of())
    if "LANTU_NATS_URL" not in env:
        raise Fault(
            say("没有消息服务器的地址。", "No message server is known."),
            say("先执行 lantu up，或设置 LANTU_NATS_URL。", "Run lantu up first, or set LANTU_NATS_URL."),
        )
    _become(list(processes.command(name, env, *arguments).argv), env)


def _become(argv: list[str], env: dict[str, str]) -> None:
    """Turn this process into another program: one process less, and signals reach the right one."""
    sys.stdout.flush()
    os.execve(argv[0], argv, env)  # noqa: S606


if __name__ == "__main__":
    main()
