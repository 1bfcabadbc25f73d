"""HJ 212 against real packets: those of the standard, of loggers in the field, and the broken ones."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc import hj212
from lantu.calc.hj212 import CrcMode, Flag, Frame, Framer, Garbage, Malformed

SHARED = Path(os.environ.get("LANTU_SHARED_DATA") or Path(__file__).parents[5] / "shared" / "data")
VECTORS = SHARED / "sensors" / "hj212" / "packets.jsonl"

# Packets whose length and check sum are right (annex A, loggers in the field, replies).
GOOD = [
    "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80",
    "##0317QN=20191018104952418;ST=22;CN=2011;PW=123456;MN=ZX00001;Flag=5;CP=&&DataTime=20191018104900;a34002-Rtd=30,a34002-Flag=N;a34004-Rtd=25,a34004-Flag=N;a01001-Rtd=13.5,a01001-Flag=N;a01002-Rtd=43.8,a01002-Flag=N;a01008-Rtd=30,a01008-Flag=N;a01007-Rtd=3.5,a01007-Flag=N;a34001-Rtd=132,a34001-Flag=N;LA-Rtd=66.8,LA-Flag=N&&AF01",
    "##0239QN=20180821142509000;ST=39;CN=2011;PW=123456;MN=690000D5800028F889221AC0;Flag=4;CP=&&DataTime=20180821142509;a34004-Rtd=0.0;a34002-Rtd=0.0;a34001-Rtd=0.0;LA-Rtd=0.0;a01001-Rtd=0.0;a01002-Rtd=0.0;a01006-Rtd=0.0;a01007-Rtd=0.0;a01008-Rtd=0&&E541",
    "##0563QN=20241205100227000;ST=22;CN=2051;PW=123456;MN=HJZB0XH0150109;CP=&&DataTime=20241205100227;a34001-Avg=0.160,a34001-Max=0.160,a34001-Min=0.160,a34001-Flag=N;a01007-Avg=0.0,a01007-Max=0.0,a01007-Min=0.0,a01007-Flag=N;a01008-Avg=0,a01008-Max=0,a01008-Min=0,a01008-Flag=N;a01001-Avg=15.1,a01001-Max=15.2,a01001-Min=15.1,a01001-Flag=N;a01002-Avg=54.4,a01002-Max=54.5,a01002-Min=54.4,a01002-Flag=N;a01006-Avg=0.00,a01006-Max=0.00,a01006-Min=0.00,a01006-Flag=F;a50001-Avg=41.7,a50001-Max=43.1,a50001-Min=40.9,a50001-Flag=N;cpm-Avg=57,cpm-Max=57,cpm-Min=57,cpm-Flag=N;&&8701",
    "##0411QN=20220513162608370;ST=22;CN=2051;PW=123456;MN=JLYP01_AIR01_0001;Flag=4;CP=&&DataTime=20220513162600;a21004-Avg=4,a21004-Flag=N;a05024-Avg=63,a05024-Flag=N;a21026-Avg=6,a21026-Flag=N;a21005-Avg=0.427,a21005-Flag=N;a34004-Avg=14,a34004-Flag=N;a34002-Avg=31,a34002-Flag=N;a01007-Avg=1,a01007-Flag=N;a01008-Avg=11,a01008-Flag=N;a01001-Avg=17,a01001-Flag=N;a01002-Avg=85,a01002-Flag=N;a01006-Avg=95,a01006-Flag=N&&D641",
    "##0285QN=20190925181031464;ST=22;CN=2061;PW=BF470F88957588DE902D1A52;MN=Z13401000010301;Flag=5;CP=&&DataTime=20190924220000;a34006-Avg=2.69700,a34006-Flag=N;a34007-Avg=7.96600,a34007-Flag=N;a34048-Avg=3.30600,a34048-Flag=N;a34047-Avg=7.35700,a34047-Flag=N;a34049-Avg=10.66300,a34049-Flag=N&&C181",
    "##0149ST=32;CN=2011;PW=123456;MN=12091200160055;CP=&&DataTime=20150430135830;B01-Rtd=880.17,B01-Flag=N;011-Rtd=999.99,011-Flag=N;060-Rtd=30.18,060-Flag=N&&F881",
    "##0178ST=32;CN=2011;PW=123456;MN=0873HHMZWSLH02;CP=&&DataTime=20160103133030;060-Rtd=3.0943,060-Flag=N;011-Rtd=18.0412,011-Flag=N;001-Rtd=8.2137,001-Flag=N;B01-Rtd=10.9890,B01-Flag=N&&a9c1",
    "##0075QN=20260706103512345;ST=91;CN=9014;PW=123456;MN=A110000_0001;Flag=8;CP=&&&&0140",
    "##0078QN=20201008154743635;ST=91;CN=9014;PW=123456;MN=SD000001;Flag=9;CP=&&QnRtn=1&&71c0",
    "##0325QN=20190816173300001;ST=43;CN=2011;PW=123456;MN=2019051703100020;Flag=5;CP=&&DataTime=20190816173300;a34004-Rtd=26.0,a34004-Flag=N;a34002-Rtd=27.0,a34002-Flag=N;LA-Rtd=0.0,LA-Flag=N;a01007-Rtd=0.0,a01007-Flag=N;a01008-Rtd=0.0,a01008-Flag=N;a01001-Rtd=26.0,a01001-Flag=N;H01-Rtd=52.7,H01-Flag=N;a01006-Rtd=50.0,a01006-Flag=N&&4980",
    "##0070QN=20191018104952418;ST=91;CN=9014;PW=123456;MN=ZX00001;Flag=4;CP=&&&&2200",
    "##0101QN=20261122080000000;ST=39;CN=1062;PW=123456;MN=DZZD0000000000000000001A;Flag=5;CP=&&RtdInterval=60&&5000",
    "##0094QN=20261122080000000;ST=91;CN=9011;PW=123456;MN=DZZD0000000000000000001A;Flag=4;CP=&&QnRtn=1&&59C0",
    "##0095QN=20261122080000000;ST=91;CN=9012;PW=123456;MN=DZZD0000000000000000001A;Flag=4;CP=&&ExeRtn=1&&53C0",
    "##0188QN=20261122081000001;ST=39;CN=2051;PW=123456;MN=DZZD0000000000000000001A;Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20261122080000;a34002-Avg=151.2,a34002-Min=120.0,a34002-Max=190.5,a34002-Flag=N&&AE41",
    "##0165QN=20261122081000002;ST=39;CN=2051;PW=123456;MN=DZZD0000000000000000001A;Flag=7;PNUM=2;PNO=2;CP=&&DataTime=20261122080000;Leq-Data=68.4;LMx-Data=79.9;LMn-Data=55.0&&DBC1",
    "##0087QN=20261122081000001;ST=91;CN=9014;PW=123456;MN=DZZD0000000000000000001A;Flag=4;CP=&&&&42C0",
]
WRONG = [
    ("##0136ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817;B01-Rtd=36.91;011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&4980", []),
    ("##0087QN=20170516010101001;ST=22;CN=1001;PW=123456;MN=ABCDEFG1234567;Flag=3;CP=&&WarnTime=5&&0323", [CrcMode.MODBUS]),
]  # fmt: skip


def std(frame: Frame) -> bool:
    return hj212.crc_fits(frame.segment, frame.crc, CrcMode.STD)


def cut(data: bytes, **kwargs: object) -> list[Frame | Garbage]:
    return list(Framer().feed(data, std))


def test_check_sum_of_the_standard_and_not_of_modbus() -> None:
    assert hj212.crc(b"") == 0xFFFF
    assert hj212.crc(b"123456789") == 0x2F80
    assert hj212.crc_modbus(b"123456789") == 0x4B37
    assert hj212.crc_text(b"123456789", CrcMode.SWAPPED) == b"802F"


@given(st.binary(max_size=200))
def test_check_sum_equals_annex_a_bit_by_bit(data: bytes) -> None:
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            carry = register & 1
            register >>= 1
            if carry:
                register ^= 0xA001
    assert hj212.crc(data) == register


@pytest.mark.parametrize("text", GOOD)
def test_real_packets(text: str) -> None:
    (found,) = cut(text.encode())
    assert isinstance(found, Frame)
    packet = hj212.parse(found.segment)
    assert packet.cn
    assert packet.mn
    assert packet.pw not in repr(packet)


@pytest.mark.parametrize(("text", "fits"), WRONG)
def test_wrong_check_sums_are_garbage_with_a_hint(text: str, fits: list[CrcMode]) -> None:
    (found,) = cut(text.encode())
    assert isinstance(found, Garbage)
    assert found.why == "bad_check"
    assert found.frame is not None
    assert hj212.modes_that_fit(found.frame.segment, found.frame.crc) == fits


def test_a_swapped_check_sum_is_recognised() -> None:
    segment = b"ST=22;CN=2011;PW=123456;MN=JH0201712SD8763;CP=&&DataTime=20180114002828;PM25-Rtd=15.4&&"
    given_crc = hj212.crc_text(segment, CrcMode.SWAPPED)
    assert hj212.modes_that_fit(segment, given_crc) == [CrcMode.SWAPPED]


def shared_packets() -> Iterator[tuple[str, str, str]]:
    if VECTORS.exists():
        for line in VECTORS.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            yield entry["id"], entry["raw"], entry["check"]


@pytest.mark.skipif(not VECTORS.exists(), reason=f"no shared data in {SHARED}")
@pytest.mark.parametrize(("name", "raw", "check"), list(shared_packets()) or [("", "", "")])
def test_shared_packets_get_the_verdict_written_beside_them(name: str, raw: str, check: str) -> None:
    found = list(Framer().feed(raw.encode(), lambda f: bool(hj212.modes_that_fit(f.segment, f.crc))))
    if check.startswith("len ok; crc HJ212") or check.startswith("len ok; crc MODBUS"):
        (frame,) = found
        assert isinstance(frame, Frame)
        wanted = CrcMode.STD if "HJ212" in check else CrcMode.MODBUS
        assert wanted in hj212.modes_that_fit(frame.segment, frame.crc)
        assert hj212.parse(frame.segment).cn
        return
    assert all(isinstance(item, Garbage) for item in found)
    assert found
    if check == "n/a":
        # A bare segment: framed by hand it is a packet like any other.
        (frame,) = cut(hj212.frame(raw.strip().encode()))
        assert isinstance(frame, Frame)


def test_packets_in_any_pieces_with_any_ends() -> None:
    ends = [b"\r\n", b"\n", b"", rb"\r\n", b"\x00\r\n", b"  "]
    stream = b"".join(text.encode() + ends[n % len(ends)] for n, text in enumerate(GOOD))
    for step in (1, 7, 100, len(stream)):
        framer = Framer()
        found = [
            item for at in range(0, len(stream), step) for item in framer.feed(stream[at : at + step], std)
        ]
        frames = [item for item in found if isinstance(item, Frame)]
        assert [frame.raw.decode() for frame in frames] == GOOD
        assert len(found) == len(frames)


def test_a_damaged_length_does_not_swallow_what_follows() -> None:
    good = GOOD[0].encode()
    damaged = b"##0317" + GOOD[0].encode()[6:]
    found = cut(damaged + good + good + good)
    assert [type(item).__name__ for item in found] == ["Garbage", "Frame", "Frame", "Frame"]


def test_oversize_and_headless_input_is_not_kept() -> None:
    framer = Framer()
    for _ in range(200):
        list(framer.feed(b"\xff" * 1000, std))
    assert framer.pending == 0
    found = list(framer.feed(b"##9999" + b"x" * 50, std))
    assert [item.why for item in found if isinstance(item, Garbage)] == ["bad_length"]
    list(framer.feed(b"##4096" + b"x" * 4000, std))
    assert framer.pending <= hj212.MAX_SEGMENT + 10


def test_what_loggers_write_otherwise() -> None:
    packet = hj212.parse(
        b"ST=22;CN=2011;PW=1,MN=A1;Flag=5;CP=&& DataTime=20171220040009,PM10-Rtd=69, PM10-Flag=N;LA-td=50.1;LA-Rtd-Rtd=9;a34002-avg=3; &&"
    )
    assert packet.mn == "A1"
    assert packet.data_time == "20171220040009"
    assert packet.wants_answer
    assert packet.factors == {
        "PM10": {"Rtd": "69", "Flag": "N"},
        "LA": {"Rtd": "50.1"},
        "a34002": {"Avg": "3"},
    }


def test_what_cannot_be_read_is_said() -> None:
    for segment, word in [
        (b"ST=22;CN=2011;MN=A;DataTime=1", "CP"),
        (b"ST=22;CN=2011;PW=1;CP=&&&&", "MN"),
        (b"ST=22;CN=20;MN=A;CP=&&&&", "CN"),
        (b"ST=22;CN=2011;MN=A;Flag=999;CP=&&&&", "Flag"),
        (b"ST=22;CN=2011;MN=A;Flag=7;PNUM=x;CP=&&&&", "PNUM"),
    ]:
        with pytest.raises(Malformed, match=word):
            hj212.parse(segment)


def test_numbers() -> None:
    assert hj212.number("-0.50") == -0.5
    for text in ("", "--", "nan", "inf", "1_0", "0x1", "1e999", "٣", "1" * 40):
        with pytest.raises(Malformed):
            hj212.number(text)


def test_times_are_chinas() -> None:
    assert hj212.parse_time("20260801085857223") == datetime(2026, 8, 1, 0, 58, 57, 223000, UTC)
    assert hj212.time_text(datetime(2026, 8, 1, 0, 58, 57, 223000, UTC), millis=True) == "20260801085857223"
    for text in ("", "20260001000000", "2026080108585", "20260801085857x", "２０２６０８０１０８５８５７"):
        with pytest.raises(Malformed):
            hj212.parse_time(text)


def test_flag_byte() -> None:
    assert Flag.of(7) == Flag(1, True, True)
    assert Flag.of(7).year == 2017
    assert Flag.of(0).year == 2005
    assert Flag.of(9).year == 2025
    assert Flag.of(255).year is None
    assert all(int(Flag.of(n)) == n for n in range(256))


def test_built_replies_equal_those_of_the_field() -> None:
    built = hj212.build(cn="9014", mn="ZX00001", qn="20191018104952418", pw="123456")
    assert built.decode() == GOOD[11] + "\r\n"
    asked = hj212.build(
        cn="1062", mn="DZZD0000000000000000001A", st="39", qn="20261122080000000", pw="123456", flag=5, content="RtdInterval=60",
    )  # fmt: skip
    assert asked.decode() == GOOD[12] + "\r\n"


@given(
    st.lists(
        st.text(st.characters(codec="ascii", exclude_characters=";,=&#-"), min_size=1, max_size=40),
        max_size=80,
    )
)
def test_long_contents_are_split_at_items(words: list[str]) -> None:
    items = [f"{word}-Rtd=1" for word in words]
    contents = hj212.split_content(items)
    assert ";".join(contents) == ";".join(items)
    assert all(len(content.encode()) <= 950 for content in contents)


@given(
    st.lists(
        st.binary(max_size=60) | st.sampled_from([text.encode() for text in GOOD[:4]]) | st.just(b"##00"),
        max_size=12,
    )
)
def test_nothing_is_lost_between_packets(parts: list[bytes]) -> None:
    """Whatever comes, in whatever pieces: what is given out and what is pending is what came in, but for line ends."""
    framer = Framer()
    out = b""
    for part in parts:
        for item in framer.feed(part, std):
            out += item.raw
            if isinstance(item, Frame):
                assert std(item)
    kept = bytes(framer._buffer)
    assert framer.pending <= hj212.MAX_SEGMENT + 10
    blank = bytes(hj212._ENDS)
    assert out.translate(None, blank) + kept.translate(None, blank) == b"".join(parts).translate(None, blank)


@given(st.binary(max_size=400))
def test_reading_never_fails_otherwise_than_said(segment: bytes) -> None:
    try:
        hj212.parse(segment)
    except Malformed:
        return
