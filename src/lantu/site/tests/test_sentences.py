"""Stored sentences are retold in the reader's language; what people typed stays."""

from __future__ import annotations

import pytest
from django.utils.translation import gettext_noop, override

from lantu.core.sentences import retell, sentence
from lantu.duties import wording  # noqa: F401  declares the sentences of notices


def test_a_notice_is_retold_with_its_parts() -> None:
    stored = "蓝单：临期 · 3 号仪 PM10 超限 · 某项目（责任人 王某）"
    with override("en"):
        told = retell(stored)
    assert told == "Blue slip: nearly due · 3 号仪: PM10 over the limit · 某项目 (held by 王某) "
    with override("zh-hans"):
        assert retell(stored) == stored


def test_what_people_typed_stays() -> None:
    with override("en"):
        assert retell("东侧围挡倾斜，请看 %(这里)s") == "东侧围挡倾斜，请看 %(这里)s"
        assert retell("") == ""


def test_the_same_text_in_another_language_is_not_taken_from_the_first() -> None:
    stored = "停钟未批准：理由不足"
    with override("en"):
        english = retell(stored)
    with override("zh-hans"):
        assert retell(stored) == stored != english
    assert english.endswith("理由不足")


def test_a_sentence_that_matches_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="too little"):
        sentence(gettext_noop("%(a)s：%(b)s"))


def test_names_with_spaces_and_words_of_the_packs() -> None:
    """What a hazard is called: device, channel; the pack knows the channel in English."""
    with override("en"):
        assert retell("1 号扬尘噪声监测仪 噪声 超限") == "1 号扬尘噪声监测仪: Noise over the limit"
        assert retell("夜间最大声级超限") != "夜间最大声级超限"
