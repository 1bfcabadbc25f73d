"""``lantu pack check DIR``: everything that is wrong with a pack, in plain words."""

from __future__ import annotations

from pathlib import Path

from lantu.packs.load import read_pack


def check_pack(path: Path | str) -> list[str]:
    """Every problem of the pack in a directory as “file:line: key: what. remedy”; empty if sound."""
    root = Path(path).resolve()
    if not root.is_dir():
        return [f"{path}: no such directory. Name the directory that holds pack.yaml"]
    return read_pack(root)[1]
