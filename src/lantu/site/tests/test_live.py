"""The live stream: what it says, to whom, and what it does when the broker or a client goes away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest
from tests.cast import NOW

from lantu.core.nudge import NudgeSender, nudge_body
from lantu.site.live import MAX_STREAMS_PER_USER, LiveApp
from lantu.site.live_hub import Entry, Hub, Sight, encode_nudge
from lantu.site.live_nats import NatsFeed
from lantu.site.live_readers import Admitted, Credentials, admitted, credentials_of, language_of
from lantu.site.tests.broker import Broker

CITY = Admitted(1, Sight(True, frozenset()))
ONE_SITE = Admitted(2, Sight(False, frozenset({7})))


class People:
    """Readers without a database: the token says who."""

    def __init__(self, **people: Admitted | None) -> None:
        self.people = people
        self.codes_asked = 0

    async def admit(self, credentials: Iterable[Credentials]) -> list[Admitted | None]:
        return [self.people.get(one.token) for one in credentials]

    async def code_of(self, project_id: int) -> str | None:
        self.codes_asked += 1
        return f"P{project_id}"


class Screen:
    """An ASGI client of one stream. ``reads`` False: it opens the stream and then takes nothing more."""

    def __init__(
        self,
        app: LiveApp,
        token: str = "",
        headers: tuple[tuple[bytes, bytes], ...] = (),
        method: str = "GET",
    ):
        shown = ((b"authorization", f"Bearer {token}".encode()),) if token else ()
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": "/live",
            "headers": [*shown, *headers],
        }
        self.status = 0
        self.text = ""
        self.ended = False
        self.reads = asyncio.Event()
        self.reads.set()
        self._grown = asyncio.Event()
        self._gone = asyncio.Event()
        self.task = asyncio.ensure_future(app(self.scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.reads.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.text += message["body"].decode()
            self.ended = not message.get("more_body", False)
        self._grown.set()

    async def until(self, wanted: str) -> str:
        """The text so far, once it holds ``wanted``."""
        while wanted not in self.text:
            self._grown.clear()
            await asyncio.wait_for(self._grown.wait(), 5)
        return self.text

    def leave(self) -> None:
        self._gone.set()

    @property
    def kinds(self) -> list[str]:
        return [
            json.loads(line[6:])["kind"] for line in self.text.splitlines() if line.startswith('data: {"id"')
        ]


def play(story: Callable[[LiveApp, Broker], Awaitable[None]], people: People | None = None) -> LiveApp:
    """Run a story with a quick application whose broker is up, and stop it afterwards."""

    async def run() -> LiveApp:
        broker = Broker()
        broker.up.set()
        app = LiveApp(people or People(city=CITY, site=ONE_SITE), broker)
        app.tick_s, app.first_backoff_s, app.heartbeat_s, app.readmit_s = 0.02, 0.01, 60, 0.02
        try:
            await story(app, broker)
        finally:
            await app.stop()
        return app

    return asyncio.run(run())


async def open_screen(app: LiveApp, token: str, *headers: tuple[bytes, bytes]) -> Screen:
    screen = Screen(app, token, headers)
    await screen.until("retry:")
    while not app.hub.online:
        await asyncio.sleep(0.005)
    return screen


def test_a_nudge_reaches_whoever_may_see_its_project_and_nobody_else() -> None:
    async def story(app: LiveApp, broker: Broker) -> None:
        city, site = await open_screen(app, "city"), await open_screen(app, "site")
        await broker.send(1, "hazards.hazard_found", 8)
        await broker.send(2, "monitoring.alert_raised", 7)
        await broker.send(3, "projects.projects_imported", None)
        await city.until('"id":3')
        await site.until('"id":3')
        assert city.kinds == ["hazards.hazard_found", "monitoring.alert_raised", "projects.projects_imported"]
        assert site.kinds == ["monitoring.alert_raised", "projects.projects_imported"]
        assert '"project":"P7"' in site.text
        assert "P8" not in site.text
        assert f'"ts":{int(NOW.timestamp() * 1000)}' in site.text

    play(story)


def test_the_code_of_a_project_is_asked_once_and_again_when_it_was_replaced() -> None:
    people = People(city=CITY)

    async def story(app: LiveApp, broker: Broker) -> None:
        screen = await open_screen(app, "city")
        await broker.send(1, "hazards.hazard_found", 7)
        await broker.send(2, "hazards.hazard_found", 7)
        assert people.codes_asked == 1
        await broker.send(3, "projects.code_replaced", 7)
        await screen.until('"id":3')
        assert people.codes_asked == 2

    play(story, people)


def test_what_was_missed_is_replayed_and_what_is_lost_asks_for_a_fresh_reading() -> None:
    async def story(app: LiveApp, broker: Broker) -> None:
        first = await open_screen(app, "site")
        for event_id in (1, 2, 3):
            await broker.send(event_id, f"kind.n{event_id}", 7)
        await first.until('"id":3')
        back = await open_screen(app, "site", (b"last-event-id", b"1"))
        await back.until('"id":3')
        assert back.kinds == ["kind.n2", "kind.n3"]
        stranger = await open_screen(app, "site", (b"last-event-id", b"999"))
        assert "event: resync" in stranger.text
        odd = await open_screen(app, "site", (b"last-event-id", b"x; drop"))
        assert "event: resync" in odd.text

    play(story)


def test_a_client_far_behind_the_ring_is_told_to_read_everything_again() -> None:
    hub = Hub(ring_size=4)

    async def story() -> None:
        from lantu.site.live_hub import Client

        late = Client(Credentials(token="city"), 1, CITY.sight, hub.end)
        for number in range(20):
            data = encode_nudge(event_id=number, kind="a.b", project=None, ts=0)
            hub.push(Entry(number, None, data))
        assert hub.take(late) == b"event: resync\ndata: {}\n\n"
        assert hub.take(late) == b""
        assert hub.after_event(0) is None
        assert hub.after_event(19) == hub.end

    asyncio.run(story())


def test_without_a_broker_the_stream_opens_says_so_and_comes_back() -> None:
    async def story(app: LiveApp, broker: Broker) -> None:
        broker.up.clear()
        screen = Screen(app, "city")
        await screen.until("event: offline")
        assert screen.status == 200
        broker.up.set()
        await screen.until("event: online")
        assert "event: resync" in screen.text
        broker.fail()
        await asyncio.sleep(0)
        broker.up.set()
        while broker.connections < 2:
            await asyncio.sleep(0.005)
        await screen.until("event: online\ndata: {}\n\nevent: resync\ndata: {}\n\nevent: offline")

    play(story)


def test_a_process_without_a_stream_address_still_opens_the_stream() -> None:
    async def story() -> None:
        app = LiveApp(People(city=CITY), None)
        screen = Screen(app, "city")
        await screen.until("event: offline")
        screen.leave()
        await asyncio.wait_for(screen.task, 5)
        assert not app.hub.clients
        await app.stop()

    asyncio.run(story())


def test_a_quiet_stream_is_kept_alive_with_comments() -> None:
    async def story(app: LiveApp, broker: Broker) -> None:
        app.heartbeat_s = 0.01
        screen = await open_screen(app, "city")
        await screen.until("\n: .\n\n")

    play(story)


def test_a_client_that_does_not_read_is_dismissed_and_the_others_go_on() -> None:
    async def story(app: LiveApp, broker: Broker) -> None:
        app.slow_s = 0.05
        sleeper, reader = await open_screen(app, "site"), await open_screen(app, "city")
        sleeper.reads.clear()
        await broker.send(1, "kind.one", 7)
        await reader.until('"id":1')
        await asyncio.wait_for(sleeper.task, 5)
        assert not sleeper.ended
        await broker.send(2, "kind.two", 7)
        await reader.until('"id":2')
        assert len(app.hub.clients) == 1

    play(story)


def test_rights_are_asked_again_while_the_stream_is_open() -> None:
    people = People(city=CITY, site=ONE_SITE)

    async def story(app: LiveApp, broker: Broker) -> None:
        moved, leaver = await open_screen(app, "site"), await open_screen(app, "city")
        people.people = {"site": Admitted(2, Sight(False, frozenset({9}))), "city": None}
        await asyncio.wait_for(leaver.task, 5)
        assert leaver.ended
        await broker.send(1, "kind.old_site", 7)
        await broker.send(2, "kind.new_site", 9)
        await moved.until('"id":2')
        assert moved.kinds == ["kind.new_site"]

    play(story, people)


@pytest.mark.parametrize(
    ("token", "method", "status"), [("", "GET", 401), ("nobody", "GET", 401), ("city", "POST", 405)]
)
def test_who_may_not_listen_gets_a_problem_document(token: str, method: str, status: int) -> None:
    async def story(app: LiveApp, broker: Broker) -> None:
        screen = Screen(app, token, method=method)
        await asyncio.wait_for(screen.task, 5)
        assert screen.status == status
        assert json.loads(screen.text)["status"] == status

    play(story)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ((b"accept-language", b"en-GB,en;q=0.9"), "en"),
        ((b"cookie", b"a=b; django_language=en"), "en"),
        ((b"cookie", b"bad=\xff; ;="), "zh-hans"),
        ((b"accept-language", b"de"), "zh-hans"),
    ],
)
def test_a_refusal_is_worded_in_the_language_of_the_page(header: tuple[bytes, bytes], language: str) -> None:
    assert language_of([header]) == language


def test_one_person_may_not_open_streams_without_end() -> None:
    async def story(app: LiveApp, broker: Broker) -> None:
        screens = [await open_screen(app, "city") for _ in range(MAX_STREAMS_PER_USER)]
        surplus = Screen(app, "city")
        await asyncio.wait_for(surplus.task, 5)
        assert surplus.status == 429
        screens[0].leave()
        await asyncio.wait_for(screens[0].task, 5)
        assert (await open_screen(app, "city")).status == 200

    play(story)


def test_nonsense_from_the_broker_is_passed_over() -> None:
    async def story(app: LiveApp, broker: Broker) -> None:
        screen = await open_screen(app, "city")
        for body in (b"", b"\xff\xfe", b"[]", b'{"id":"x","kind":"a","project_id":1,"ts":0}', b'{"id":1}'):
            await broker.raw(body)
        await broker.send(5, "kind.good", None)
        await screen.until('"id":5')
        assert screen.kinds == ["kind.good"]

    play(story)


def test_stopping_ends_every_stream_at_once() -> None:
    async def story(app: LiveApp, broker: Broker) -> None:
        screens = [await open_screen(app, "city"), await open_screen(app, "site")]
        app.hub.close()
        await asyncio.wait_for(asyncio.gather(*(screen.task for screen in screens)), 5)
        assert all(screen.ended for screen in screens)
        late = Screen(app, "city")
        await asyncio.wait_for(late.task, 5)
        assert late.status == 503

    play(story)


def test_credentials_come_from_the_cookie_or_the_bearer_header() -> None:
    assert credentials_of([(b"cookie", b"lt_theme=dark; sessionid=abc")]) == Credentials(session_key="abc")
    assert credentials_of([(b"authorization", b"bearer lt_x")]) == Credentials(token="lt_x")
    assert credentials_of([(b"cookie", b'"\xff=;;'), (b"authorization", b"Basic eA==")]) is None


def test_sessions_and_tokens_are_checked_against_the_database(
    client: Any, cast: Any, site_project: Any, other_project: Any
) -> None:
    from django.utils import timezone

    from lantu.accounts.services.tokens import issue_token

    client.force_login(cast.contractor)
    session = Credentials(session_key=client.cookies["sessionid"].value)
    token = Credentials(token=issue_token(cast.director, now=timezone.now()))

    assert admitted(session) == Admitted(cast.contractor.pk, Sight(False, frozenset({site_project.pk})))
    assert admitted(token) == Admitted(cast.director.pk, Sight(True, frozenset()))
    assert admitted(Credentials(token="lt_wrong")) is None
    assert admitted(Credentials(session_key="x" * 32)) is None
    client.logout()
    assert admitted(session) is None
    cast.director.is_active = False
    cast.director.save()
    assert admitted(token) is None


@pytest.mark.engines
def test_a_nudge_travels_through_a_real_broker() -> None:
    from lantu.runtime.testing import temporary_nats

    with temporary_nats() as server:

        async def story() -> None:
            app = LiveApp(People(city=CITY), NatsFeed(server.url))
            screen = await open_screen(app, "city")
            sender = NudgeSender(server.url)
            body = nudge_body(event_id=41, kind="hazards.hazard_found", project_id=7, at=NOW)
            await asyncio.to_thread(sender.publish, "lantu-live", body)
            await screen.until('"id":41')
            await app.stop()

        asyncio.run(story())


@pytest.mark.engines
def test_a_broker_that_is_not_there_is_reported_at_once() -> None:
    from lantu.runtime.testing import temporary_nats

    with temporary_nats() as server:
        pass

    async def nobody_there() -> None:
        with pytest.raises(ConnectionError):
            await NatsFeed(server.url).listen(lambda: None, _ignore)

    asyncio.run(nobody_there())


async def _ignore(body: bytes) -> None:
    del body
