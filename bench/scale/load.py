"""What people do at the same time: agents, leads, visitors, and whoever scrapes the metrics."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from itertools import count, cycle
from random import Random
from typing import Final

from .client import Answer, Client
from .seed import LEADS, PLACES, Desk

KINDS: Final = ("list", "open", "answer", "note", "insights", "metrics", "wizard", "new case")
SAVES: Final = ("answer", "note")
CASES: Final = "/vi/desk/cases"
INSIGHTS: Final = "/en/desk/insights?days=365"
PAGES: Final = (
    "/vi/check?error=relay-denied&place=work&account_domain=proseware.com",
    "/en/check?error=mailbox-full",
    "/vi/",
)
RELOAD, SCRAPE, VISIT = 1.0, 15.0, 1.0
"""Seconds between what a lead, Prometheus and visitors ask for."""
TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')
VERSION: Final = re.compile(r'name="version" value="(\d+)"')


@dataclass
class Kept:
    """What the servers have acknowledged, by the code of the case."""

    changes: Counter[str] = field(default_factory=Counter)
    places: dict[str, str] = field(default_factory=dict)
    """The last answer of each; not where the next one may have been kept or not."""
    notes: set[tuple[str, str]] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)


class Load:
    """All who ask, and how it went.

    :param client: makes somebody at a browser, with the cookie of an agent or none
    :param think: seconds that an agent thinks, more or less
    """

    def __init__(self, client: Callable[[str], Client], desk: Desk, think: float) -> None:
        self._client, self._desk, self._think = client, desk, think
        self._random = Random(5)
        self._over = asyncio.Event()
        self._numbers = count(1)
        self.asked: Counter[str] = Counter()
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        """Milliseconds until the whole answer was there, of each kind."""
        self.refused: Counter[tuple[str, str]] = Counter()
        """What was not answered as it should: kind, and status or fault."""
        self.saves: list[tuple[float, float]] = []
        """When each save was sent, and how long it took; refused ones too."""
        self.kept = Kept()

    async def run(self, seconds: float, meanwhile: Iterable[Awaitable[object]]) -> None:
        """Let everybody ask for some seconds, and until all else that happens has ended."""
        people = [self._agent(name) for name in self._desk.codes]
        people += [self._repeat("insights", INSIGHTS, lead, RELOAD) for lead in LEADS]
        people += [self._repeat("metrics", "/metrics", "", SCRAPE), self._visitor()]
        async with asyncio.TaskGroup() as group:
            for person in people:
                group.create_task(person)
            await asyncio.gather(asyncio.sleep(seconds), *meanwhile)
            self._over.set()

    async def alone(self, kind: str, path: str, name: str, times: int) -> list[float]:
        """Return the milliseconds of one page, asked for again and again while all is quiet."""
        client = self._client(self._desk.cookies.get(name, ""))
        for _ in range(times):
            await self._ask(kind, client, "GET", path)
        client.close()
        return self.times.pop(kind, [])

    async def _agent(self, name: str) -> None:
        """List the cases, open one, keep an answer, write a note, and so on with the next."""
        client, codes = self._client(self._desk.cookies[name]), self._desk.codes[name]
        for turn in count():
            case = f"{CASES}/{codes[turn % len(codes)]}"
            place = PLACES[(turn + turn // len(codes)) % len(PLACES)]  # never what it was
            # Each ends between two requests, or all would ask for the rest of their turn at once.
            if not await self._pause(self._think):
                break
            await self._ask("list", client, "GET", CASES)
            if not await self._pause(self._think):
                break
            page = await self._ask("open", client, "GET", case)
            if not await self._pause(self._think):
                break
            if page:
                page = await self._save("answer", client, case, page, {"place": place}, 200)
            if not await self._pause(self._think):
                break
            if page:
                note = {"note": f"Note {next(self._numbers)}.", "outcome": "open"}
                if await self._save("note", client, f"{case}/outcome", page, note, 303):
                    await self._ask("open", client, "GET", case)
        client.close()

    async def _save(
        self,
        kind: str,
        client: Client,
        path: str,
        page: Answer,
        form: dict[str, str],
        wanted: int,
    ) -> Answer | None:
        code, text = path.split("/")[4], page.text
        token, version = TOKEN.search(text), VERSION.search(text)
        assert token
        assert version
        form |= {"csrf_token": token[1], "version": version[1]}
        answer = await self._ask(kind, client, "POST", path, form, wanted)
        if answer is None:
            self.kept.places.pop(code, None)
            return None
        self.kept.changes[code] += 1
        if kind == "answer":
            self.kept.places[code] = form["place"]
        else:
            self.kept.notes.add((code, form["note"]))
        return answer

    async def _repeat(self, kind: str, path: str, name: str, pause: float) -> None:
        client = self._client(self._desk.cookies.get(name, ""))
        while True:
            await self._ask(kind, client, "GET", path)
            if not await self._pause(pause):
                break
        client.close()

    async def _visitor(self) -> None:
        """Read pages of the wizard, and now and then have the answers kept as a case."""
        client = self._client("")
        for turn, page in enumerate(cycle(PAGES)):
            await self._ask("wizard", client, "GET", page)
            if turn % 10 == 0:
                facts = PAGES[0].partition("?")[2]
                made = await self._ask("new case", client, "POST", f"/vi/help?{facts}", {}, 303)
                if made:
                    self.kept.opened.append(made.headers["location"].rpartition("/")[2])
            if not await self._pause(VISIT):
                break
        client.close()

    async def _pause(self, seconds: float) -> bool:
        """Wait about so long, and return whether it goes on."""
        try:
            async with asyncio.timeout(seconds * self._random.uniform(0.5, 1.5)):
                await self._over.wait()
        except TimeoutError:
            return True
        return False

    async def _ask(
        self,
        kind: str,
        client: Client,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        wanted: int = 200,
    ) -> Answer | None:
        """Ask, and note how long it took, or why it was not answered."""
        self.asked[kind] += 1
        begun = time.monotonic()
        try:
            answer = await client.ask(method, path, form, script=kind == "answer")
        except (OSError, TimeoutError) as fault:
            self.refused[kind, type(fault).__name__] += 1
            return None
        took = 1000 * (time.monotonic() - begun)
        if kind in SAVES:
            self.saves.append((begun, took))
        if answer.status != wanted:
            self.refused[kind, str(answer.status)] += 1
            return None
        self.times[kind].append(took)
        return answer
