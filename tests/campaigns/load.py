"""A national operator's peak hour, and more: recordings in, pages, payments, sound and replies, open loop.

Each message comes at its scheduled moment whether the service keeps up or not, and its recipient some
seconds after it was taken; every latency counts from the moment at which the request was due. The service is
`care-console service web` and a worker on a real socket, with a real PostgreSQL and the SMS gateway's twin.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import aiohttp
import psutil
import psycopg

from care_console.service.facilities.keys import new_key
from care_console.service.foundation.context import SYSTEM
from care_console.service.prepaid.rules import open_account
from care_console.service.recordings.tables import WAITS_FOR_COPIES
from care_console.service.settings import Settings
from care_console.service.wiring import wired
from tests.campaigns.load_figures import Outcome, Plan, Step
from tests.campaigns.processes import kept_port
from tests.service.recordings.sounds import in_form, speech
from tests.support import builders
from tests.support.sms_twin import sms_twin

_PIN, _SECRET, _ACCOUNTS, _DEPOSIT_CENTS = "2468", "of-the-campaign", 50, 100_000_00
_GIVE_UP_SECONDS = 60.0
_WITH_SOUND, _SOUND_WORKER = ("web", "worker"), "care_console.service.recordings.worker"
_WAITS = {
    "copies": f"SELECT count(*) FROM recordings WHERE {WAITS_FOR_COPIES}",
    "texts": "SELECT count(*) FROM texts WHERE direction = 'out' AND status IN ('queued', 'sending')",
}
"""What is done behind the answers: recordings without their MP3 and louder copy, texts not handed over."""


async def run(plan: Plan, seed: int, database_url: str) -> Outcome:
    """The rate that was asked for, then those that find the limit, then what still waits."""
    with tempfile.TemporaryDirectory() as place:
        async with _at_work(plan, Path(place), database_url) as crowd:
            outcome = Outcome(plan, await crowd.step(plan.rate, plan.seconds, seed))
            for number in range(plan.ramp):
                rate = outcome.next_rate()
                if rate is None:
                    break
                outcome.ramp.append(await crowd.step(rate, plan.ramp_seconds, seed + 1 + number))
            await crowd.catch_up(outcome)
    return outcome


class Crowd:
    """The recorders and the recipients."""

    def __init__(
        self,
        plan: Plan,
        client: aiohttp.ClientSession,
        database: psycopg.AsyncConnection,
        key: str,
        watched: dict[str, psutil.Process],
    ) -> None:
        self._plan, self._client, self._database, self._key = plan, client, database, key
        self._watched = watched
        self._sound = in_form(speech("en", plan.sound_seconds), "mu-law")
        self._people = 0

    async def step(self, rate: float, seconds: float, seed: int) -> Step:
        """So many a second for so long, at random moments as calls come; done once all were answered."""
        step, chance, due = Step(rate, seconds), random.Random(seed), 0.0
        before, began = self._used(), time.monotonic()
        tasks: list[asyncio.Task[None]] = []
        while (due := due + chance.expovariate(rate)) < seconds:
            await asyncio.sleep(max(0.0, began + due - time.monotonic()))
            self._people += 1
            tasks.append(asyncio.create_task(self._one(step, began + due, self._people)))
        await asyncio.gather(*tasks)
        step.took_seconds = time.monotonic() - began
        step.processor_seconds = {who: used - before[who] for who, used in self._used().items()}
        step.waiting = await self._waiting()
        return step

    async def catch_up(self, outcome: Outcome) -> None:
        """Let the service do what still waits, with nothing else to do."""
        began, before = time.monotonic(), await self._waiting()
        outcome.waiting = before
        while any(outcome.waiting.values()) and outcome.caught_up_seconds < self._plan.catch_up_seconds:
            await asyncio.sleep(0.5)
            outcome.waiting = await self._waiting()
            outcome.caught_up_seconds = time.monotonic() - began
        outcome.caught_up = {kind: before[kind] - left for kind, left in outcome.waiting.items()}

    async def _waiting(self) -> dict[str, int]:
        waiting: dict[str, int] = {}
        for kind, query in _WAITS.items():
            found = await (await self._database.execute(query)).fetchone()
            assert found is not None
            waiting[kind] = int(found[0])
        return waiting

    async def _one(self, step: Step, due: float, number: int) -> None:
        """One message's life. What goes wrong is counted, and is its end: no part stands in for another."""
        phone = f"+1214{2_000_000 + number}"
        code = await self._record(step, due, number, phone)
        if code is None:
            return
        account = f"+1469{2_000_000 + number % _ACCOUNTS}"
        pay = {"method": "prepaid", "phone": account, "pin": _PIN}
        page, play = f"/m/{code}", {"play": str(uuid4()), "seconds": "3"}
        visit = time.monotonic() + self._plan.visit_after
        words = {"from": phone, "to": "33297", "text": "thank you", "id": str(uuid4()), "secret": _SECRET}
        requests: tuple[tuple[str, float, str, str, dict[str, Any], int], ...] = (
            ("page, unpaid", 0.0, "GET", page, {}, 200),
            ("pay", 1.0, "POST", f"{page}/pay", {"data": pay}, 303),
            ("page, paid", 2.0, "GET", page, {}, 200),
            ("sound", 2.5, "GET", f"{page}/sound", {"headers": {"Range": "bytes=0-"}}, 206),
            ("sound", 3.0, "GET", f"{page}/sound", {"headers": {"Range": "bytes=4096-8191"}}, 206),
            ("played", 4.0, "POST", f"{page}/played", {"data": play}, 204),
            ("reply", 5.0, "GET", "/gateways/sms/kannel/inbound", {"params": words}, 200),
        )
        for kind, after, method, url, what, status in requests:
            if await self._ask(step, kind, visit + after, method, url, status, **what) is None:
                return

    async def _record(self, step: Step, due: float, number: int, phone: str) -> str | None:
        told = {
            "recorder_id": f"load-{number}",
            "sender_name": "John Doe",
            "booking_number": f"B{number}",
            "phone": phone,
        }
        form = aiohttp.FormData(told)
        form.add_field("sound", self._sound, filename="a.wav", content_type="audio/wav")
        headers = {"Authorization": f"Bearer {self._key}"}
        what = {"data": form, "headers": headers}
        answer = await self._ask(step, "recording", due, "POST", "/v1/recordings", 201, **what)
        if answer is None:
            return None
        query = "SELECT code FROM links WHERE message_id = %s"
        message_id = int(json.loads(answer)["message_id"])
        found = await (await self._database.execute(query, (message_id,))).fetchone()
        assert found is not None
        return str(found[0])

    async def _ask(
        self, step: Step, kind: str, due: float, method: str, url: str, status: int, **what: Any
    ) -> bytes | None:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        try:
            async with self._client.request(method, url, allow_redirects=False, **what) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            step.errors[f"{kind}: {type(error).__name__}"] += 1
            return None
        step.late[kind].append(time.monotonic() - due)
        if answer.status != status:
            step.errors[f"{kind}: {answer.status}"] += 1
            return None
        return body

    def _used(self) -> dict[str, float]:
        """Seconds of the processor so far, by who used them; `client` is this process."""
        used: dict[str, float] = {}
        for who, root in self._watched.items():
            own, sound = _used_by(root)
            if who in _WITH_SOUND:
                used |= {who: own, f"sound of {who}": sound}
            else:
                used[who] = own + sound
        return used


def _used_by(root: psutil.Process) -> tuple[float, float]:
    """A process with its children: its own seconds, and those of the workers that it has for sound.

    Of the service's children those that ended are such workers, too: a worker is replaced now and then.
    """
    own = sound = 0.0
    mine = root.pid == os.getpid()
    for one in [root] if mine else [root, *root.children(recursive=True)]:
        try:
            times, is_sound = one.cpu_times(), _SOUND_WORKER in one.cmdline()
        except psutil.NoSuchProcess:
            continue
        own += 0.0 if is_sound else times.user + times.system
        sound += times.user + times.system if is_sound else 0.0
        sound += 0.0 if mine else times.children_user + times.children_system
    return own, sound


@asynccontextmanager
async def _at_work(plan: Plan, folder: Path, database_url: str) -> AsyncIterator[Crowd]:
    key = await _prepare(folder, database_url)
    with kept_port() as port:
        url = f"http://127.0.0.1:{port}"
        async with sms_twin(incoming_url=f"{url}/gateways/sms/kannel/inbound?secret={_SECRET}") as twin:
            environment = os.environ | {
                "CARE_DATABASE_URL": database_url,
                "CARE_DATA_DIR": str(folder),
                "CARE_CALLBACK_URL": url,
                "CARE_KANNEL_URL": twin.url,
                "CARE_KANNEL_SECRET": _SECRET,
                "CARE_TEXT_HOURS": "0-24",
                "CARE_RECORDINGS_PER_MINUTE": "1000000",
            }
            async with (
                _process(environment, folder / "web.log", "web", "--port", str(port)) as web,
                _process(environment, folder / "worker.log", "worker") as worker,
            ):
                watched = {
                    "web": psutil.Process(web.pid),
                    "worker": psutil.Process(worker.pid),
                    "database": _postgres(database_url),
                    "client": psutil.Process(),
                }
                async with (
                    aiohttp.ClientSession(
                        url,
                        # As many connections as recipients; let go before the server ends them, after 5 s.
                        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=3.0),
                        cookie_jar=aiohttp.DummyCookieJar(),
                        timeout=aiohttp.ClientTimeout(total=_GIVE_UP_SECONDS),
                    ) as client,
                    await psycopg.AsyncConnection.connect(database_url, autocommit=True) as database,
                ):
                    await _until_ready(client, web)
                    yield Crowd(plan, client, database, key, watched)


@asynccontextmanager
async def _process(
    environment: dict[str, str], log: Path, *words: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "care_console", "service", *words, env=environment, stdout=file, stderr=file
        )
    try:
        yield process
        assert process.returncode is None, f"{words[0]} ended by itself; its log is {log}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_ready(client: aiohttp.ClientSession, web: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_GIVE_UP_SECONDS):
        while True:
            assert web.returncode is None, "the service ended before it was ready"
            try:
                async with client.get("/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.2)


async def _prepare(folder: Path, database_url: str) -> str:
    """A facility with its key, and accounts with more in them than will be spent."""
    settings = Settings(data_dir=folder, database_url=database_url)
    async with wired(settings, database_url) as services, services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "campaign")
        made = await new_key(ctx, await builders.a_facility(ctx))
        for number in range(_ACCOUNTS):
            await open_account(ctx, f"+1469{2_000_000 + number}", _PIN, _DEPOSIT_CENTS)
    return made.key


def _postgres(database_url: str) -> psutil.Process:
    """The server behind the URL, by the folder of its socket."""
    [sockets] = parse_qs(urlsplit(database_url).query)["host"]
    found = [
        one.pid
        for one in psutil.process_iter(["cmdline", "name"])
        if one.info["name"] == "postgres" and sockets in (one.info["cmdline"] or [])
    ]
    return psutil.Process(min(found))
