import pytest

from lantu.runtime.logwatch import LogWatch, trouble_in


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"event": "request", "level": "info"}', ""),
        ('{"event": "request", "level": "error", "path": "/x", "exception": "Traceback\\n  y\\nKeyError: 7"}', "request · /x · KeyError: 7"),
        ('{"event": "ingest_trouble", "level": "error", "why": "no database"}', "ingest_trouble · no database"),
        ('{"half', ""),
        ("2026-11-22 UTC [7] LOG:  checkpoint complete", ""),
        ("2026-11-22 UTC [7] FATAL:  the disk is full", "2026-11-22 UTC [7] FATAL:  the disk is full"),
        ("[7] 2026/11/22 [ERR] JetStream out of space", "[7] 2026/11/22 [ERR] JetStream out of space"),
        ("ValueError: bad", "ValueError: bad"),
        ("an error of no importance", ""),
    ],
)  # fmt: skip
def test_trouble_is_told_and_nothing_else(line, told):
    assert trouble_in(line) == told


def test_only_what_is_new_and_not_the_same_again(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("ValueError: old\n")
    watch = LogWatch(log)
    assert watch.trouble() == []
    with log.open("a") as stream:
        stream.write("ValueError: new\nValueError: new\nKeyError: hal")
    assert watch.trouble() == ["ValueError: new"]
    with log.open("a") as stream:
        stream.write("f\nValueError: new\n")
    assert watch.trouble() == ["KeyError: half"]
    log.write_text("TypeError: after the log was moved on\n")
    assert watch.trouble() == ["TypeError: after the log was moved on"]


def test_flood_is_cut(tmp_path):
    log = tmp_path / "web.log"
    watch = LogWatch(log)
    log.write_text("".join(f"ValueError: {number}\n" for number in range(1000)))
    assert len(watch.trouble()) == 3
