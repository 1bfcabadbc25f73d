"""What the platform asks of a station: one question at a time, repeated three times, with the answers of table 6 and 7.

request (Flag=5) → 9011 QnRtn → data packets → 9012 ExeRtn
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lantu.calc import hj212
from lantu.monitoring.gateway.hj212.models import Backfill
from lantu.monitoring.gateway.hj212.stations import Station

ANSWER_S = 10.0  # table 1, cellular
TRIES = 3
RESULT_S = 300.0
QUEUE = 40
CLOCK_AGAIN = timedelta(hours=1)
LONGEST_GAP = timedelta(days=31)
WINDOW = {Backfill.MINUTE: timedelta(hours=6), Backfill.HOUR: timedelta(days=7)}
REQUEST = {Backfill.MINUTE: "2051", Backfill.HOUR: "2061"}


@dataclass(slots=True)
class Question:
    """One request on its way. ``accepted``: 9011 has said that it is being done."""

    cn: str
    content: str
    qn: str = ""
    sent_at: datetime | None = None
    tries: int = 0
    accepted: bool = False


class Dialogue:
    """The questions to one station over one connection."""

    __slots__ = (
        "_clock_set_at",
        "_count",
        "_current",
        "_last_qn",
        "_queue",
        "_send",
        "last_answer",
        "station",
    )

    def __init__(self, station: Station, send: Callable[[bytes], None], count: Callable[[str], None]) -> None:
        self.station = station
        self.last_answer = ""
        self._send = send
        self._count = count
        self._queue: deque[Question] = deque(maxlen=QUEUE)
        self._current: Question | None = None
        self._last_qn = 0
        self._clock_set_at: datetime | None = None

    @property
    def busy(self) -> bool:
        """True while something is asked or waits to be asked."""
        return self._current is not None or bool(self._queue)

    def greet(self, now: datetime) -> None:
        """The order of 6.7 for a first connection: clock, time-outs, intervals, real-time data."""
        station = self.station
        if not station.commands:
            return
        self._clock_set_at = now
        self.set_clock(now)
        self._ask("1000", "OverTime=10;ReCount=3")
        if station.rtd_interval_s:
            self._ask("1062", f"RtdInterval={station.rtd_interval_s}")
        if station.min_interval_min:
            self._ask("1064", f"MinInterval={station.min_interval_min}")
        if station.rtd_interval_s:
            self._ask("2011", "")

    def set_clock(self, now: datetime) -> None:
        """Ask the station to take our time; the time itself is written when the question is sent."""
        if self.station.commands and all(question.cn != "1012" for question in self._questions()):
            self._ask("1012", "SystemTime={now}")

    def mend_clock(self, now: datetime) -> None:
        """The station's clock is wrong: set it, once in a while."""
        if self._clock_set_at is None or now - self._clock_set_at > CLOCK_AGAIN:
            self._clock_set_at = now
            self.set_clock(now)
            self.tick(now)

    def fill_gap(self, begin: datetime, end: datetime) -> None:
        """Ask for what is missing between two moments, the newest windows first, at most a month back."""
        station = self.station
        if station.backfill == Backfill.OFF:
            return
        kind = Backfill(station.backfill)
        begin = max(begin, end - LONGEST_GAP)
        window = WINDOW[kind]
        while end > begin and len(self._queue) < QUEUE:
            start = max(begin, end - window)
            times = f"BeginTime={hj212.time_text(start)};EndTime={hj212.time_text(end)}"
            if all(question.content != times for question in self._questions()):
                self._ask(REQUEST[kind], times)
                self._count("backfill_requests")
            end = start

    def take(self, packet: hj212.Packet, now: datetime) -> None:
        """An answer of the station: 9011, 9012, 9013 or 9014."""
        question = self._current
        if question is None or (packet.qn or packet.fields.get("QN", "")) != question.qn:
            self._count("answers_to_nothing")
            return
        if packet.cn == "9011":
            code = packet.fields.get("QnRtn", "")
            if code == "1":
                question.accepted, question.sent_at = True, now
                return
            self._finish(question, f"QnRtn={code[:10]}", "refused")
        elif packet.cn == "9012":
            code = packet.fields.get("ExeRtn", "")
            self._finish(question, f"ExeRtn={code[:10]}", "done" if code in ("1", "100") else "failed")
        else:
            self._finish(question, packet.cn, "done")
        self.tick(now)

    def heard(self, now: datetime) -> None:
        """Data came: a station that is delivering history is not late."""
        if self._current is not None and self._current.accepted:
            self._current.sent_at = now

    def tick(self, now: datetime) -> None:
        """Ask the next question, repeat one without answer, give up after three times."""
        question = self._current
        if question is not None:
            assert question.sent_at is not None
            waited = (now - question.sent_at).total_seconds()
            if waited < (RESULT_S if question.accepted else ANSWER_S):
                return
            if question.accepted or question.tries >= TRIES:
                self._finish(question, "unanswered", "unanswered")
        if self._current is None and self._queue:
            self._current = self._queue.popleft()
            self._current.qn = self._new_qn(now)
        if self._current is not None:
            self._put(self._current, now)

    def _questions(self) -> list[Question]:
        return [*([self._current] if self._current else []), *self._queue]

    def _ask(self, cn: str, content: str) -> None:
        self._queue.append(Question(cn, content))

    def _finish(self, question: Question, text: str, outcome: str) -> None:
        self.last_answer = f"{question.cn} {text}"
        self._count(f"requests_{outcome}")
        self._current = None

    def _put(self, question: Question, now: datetime) -> None:
        question.sent_at = now
        question.tries += 1
        station = self.station
        self._send(
            hj212.build(
                cn=question.cn,
                mn=station.mn,
                st=station.st or "39",
                qn=question.qn,
                pw=station.pw,
                flag=5,
                content=question.content.replace("{now}", hj212.time_text(now)),
                mode=station.crc_mode,
            )
        )

    def _new_qn(self, now: datetime) -> str:
        """A QN of its own for every question, also within one millisecond."""
        self._last_qn = max(int(hj212.time_text(now, millis=True)), self._last_qn + 1)
        return str(self._last_qn)
