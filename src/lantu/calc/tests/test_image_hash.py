"""Hashes survive what phones and chats do to a picture, and tell different pictures apart."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from lantu.calc.image_hash import dhash, distance, is_flat, phash, shrink


def site(seed: int, size=(640, 480)) -> Image.Image:
    """A drawn site: ground, sky, some blocks; a seed, a scene."""
    chance = np.random.default_rng(seed)
    picture = Image.new("RGB", size, (170, 190, 210))
    pen = ImageDraw.Draw(picture)
    pen.rectangle([0, size[1] * 0.6, *size], fill=(120, 100, 70))
    for _ in range(14):
        x, y, w, h = chance.integers(0, [size[0], size[1], size[0] // 3, size[1] // 3])
        pen.rectangle([x, y, x + w, y + h], fill=tuple(int(c) for c in chance.integers(0, 255, 3)))
    return picture


def grey(picture: Image.Image):
    return np.asarray(picture.convert("L"))


def again(picture: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue()))


@pytest.mark.parametrize("make", [dhash, phash])
@pytest.mark.parametrize(
    "change",
    [
        lambda p: again(p, 30),
        lambda p: p.resize((320, 240)),
        lambda p: p.resize((1280, 960)),
        lambda p: ImageEnhance.Brightness(p).enhance(1.15),
        lambda p: ImageEnhance.Contrast(p).enhance(0.85),
    ],
    ids=["jpeg", "half", "double", "brighter", "flatter"],
)
def test_the_same_picture_saved_otherwise_stays_near(make, change):
    for seed in range(8):
        picture = site(seed)
        assert distance(make(grey(picture)), make(grey(change(picture)))) <= 8


@pytest.mark.parametrize("make", [dhash, phash])
def test_different_scenes_lie_apart(make):
    hashes = [make(grey(site(seed))) for seed in range(30)]
    gaps = [distance(a, b) for n, a in enumerate(hashes) for b in hashes[:n]]
    assert min(gaps) > 10


def test_known_hashes():
    ramp = np.tile(np.arange(9.0), (8, 1))
    assert dhash(ramp) == 2**64 - 1
    assert dhash(ramp[:, ::-1]) == 0
    assert phash(ramp) >> 63 == 0
    assert distance(0, 2**64 - 1) == 64


def test_shrinking_is_the_area_mean():
    rows = np.arange(12.0).reshape(3, 4)
    assert shrink(rows, 1, 1)[0, 0] == pytest.approx(rows.mean())
    assert shrink(rows, 3, 4) == pytest.approx(rows)
    assert shrink(np.array([[0.0, 3.0, 6.0]]), 1, 2) == pytest.approx(np.array([[1.0, 5.0]]))


def test_flat_pictures_are_known_as_such():
    assert is_flat(np.full((50, 80), 12.0))
    assert not is_flat(grey(site(1)))


@pytest.mark.parametrize("bad", [np.zeros(5), np.zeros((0, 4)), np.full((4, 4), np.nan)])
def test_no_picture_is_refused(bad):
    with pytest.raises(ValueError):
        dhash(bad)


def test_no_hash_is_refused():
    with pytest.raises(ValueError):
        distance(-1, 3)
