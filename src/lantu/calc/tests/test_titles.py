"""Titles of one thing in two people's words, and of two things in nearly the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.titles import likeness, other_place

SAME = [
    ("3 号楼临边未防护", "三号楼临边未防护"),
    ("3#楼临边未防护", "３号楼 临边未防护。"),
    ("3 号楼北侧临边防护缺失", "北侧临边防护缺失"),
    ("脚手架连墙件缺失", "东侧脚手架连墙件缺失 4 处"),
]
OTHER = [
    ("3 号楼临边未防护", "5 号楼临边未防护"),
    ("2 层配电箱未上锁", "12 层配电箱未上锁"),
    ("基坑北侧积水未抽排", "塔吊司机无证上岗"),
    ("未戴安全帽", "未系安全带"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_one_thing_in_two_peoples_words(first: str, second: str) -> None:
    assert likeness(first, second) >= 0.6


@pytest.mark.parametrize(("first", "second"), OTHER)
def test_two_things(first: str, second: str) -> None:
    assert likeness(first, second) < 0.6


def test_a_number_in_common_is_the_same_place() -> None:
    assert not other_place("3 号楼、5 号楼之间", "3 号楼东侧")
    assert not other_place("3 号楼", "12 层")


@given(st.text(max_size=40), st.text(max_size=40))
def test_it_is_a_share_and_has_no_direction(first: str, second: str) -> None:
    found = likeness(first, second)
    assert 0 <= found <= 1
    assert found == likeness(second, first)


@given(st.text(alphabet="临边防护缺失配电箱基坑", min_size=1, max_size=40))
def test_a_title_is_like_itself(text: str) -> None:
    assert likeness(text, text) == 1
