"""No name, number or amount survives, wherever it stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.anonymise import Known, anonymise, leaks

KNOWN = Known(
    people={"单安全": "责任人", "欧阳建国": "责任人"},
    units={"德州一建集团": "施工单位", "德州一建": "施工单位", "鲁北工程监理": "监理单位"},
    others={"生物医药产业园一期": "本项目", "2601-371402-04-01-100001": "（项目代码）"},
)


def test_names_become_roles_numbers_become_words() -> None:
    text = (
        "生物医药产业园一期由德州一建集团（913714007060000000，统一代码91371400MA3C4D5E6F）施工，联系人单安全13812345678、"
        "0534-2612345，合同价1,280.5万元，预付 300 元。"
    )
    clean, counts = anonymise({"rows": [{"text": text}]}, KNOWN)
    assert clean["rows"][0]["text"].startswith("本项目由施工单位（")
    assert counts["person"] == 1
    assert counts["amount"] == 2
    assert counts["phone"] == 2
    assert leaks(clean, KNOWN) == []
    assert {leak.kind for leak in leaks({"rows": [{"text": text}]}, KNOWN)} >= {
        "person",
        "unit",
        "phone",
        "amount",
    }


def test_the_longest_name_goes_first() -> None:
    clean, _counts = anonymise("德州一建集团和德州一建", KNOWN)
    assert clean == "施工单位和施工单位"


def test_ordinary_numbers_stay() -> None:
    text = "改造 12 栋，工期 240 天，沟槽深 2.4 m，权重 3.5%"
    assert anonymise(text, KNOWN)[0] == text


@given(
    st.lists(
        st.sampled_from(["单安全", "德州一建集团", "13812345678", "5.6亿元", "浇筑", "、", " "]), max_size=12
    )
)
def test_whatever_the_mixture_nothing_is_left(parts: list[str]) -> None:
    clean, _counts = anonymise(["".join(parts)], KNOWN)
    assert leaks(clean, KNOWN) == []
