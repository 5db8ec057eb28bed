"""Requests to the prober and their answers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec

from hisops.agent import http
from hisops.core.errors import OpsError
from hisops.core.text import Duration
from hisops.monitor import watch
from hisops.monitor.probe import Endpoint
from hisops.prober import snmp_form
from hisops.prober.own import Own
from hisops.prober.page import Page
from hisops.prober.round import Round
from hisops.prober.traps import Post

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from hisops.io.loop import Loop
    from hisops.io.net import Network
    from hisops.io.task import Task
    from hisops.monitor.probe import Probe
    from hisops.monitor.prober_conf import ProberConf

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SPARE_SECONDS = 0.2  # of the scraper's time-out, for the way back
_PATIENCE_SECONDS = 120.0
_ASKED = ("/probes", "/probe", "/snmp")


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A check and what became of it last; `success` is None before the first time."""

    module: str
    instance: str
    target: str
    group: str
    success: bool | None
    cause: str
    age_seconds: float | None


class Desk:
    """Knows the rounds of the plan and answers for them."""

    def __init__(self, loop: Loop, net: Network) -> None:
        self._loop = loop
        self._net = net
        self._own = Own(net.now())
        self._post = Post(loop, net)
        self._groups: dict[str, list[Round]] = {}
        self._clocks: dict[Round, Task] = {}
        self._running: dict[str, list[http.Later]] = {}
        self._conf: ProberConf | None = None
        self._kinds = watch.Kinds()
        self._known: frozenset[str] = frozenset()

    def take(self, conf: ProberConf) -> None:
        """Work by this plan; what is the same as before goes on as it was.

        A module that does not load is told and left out.
        """
        self._kinds = watch.Kinds(conf.units)
        self._conf = conf
        self._post.take(conf)
        targets = {Endpoint(check.target).host for check in conf.plan.checks}
        self._known = frozenset({*conf.known, *targets})
        before, self._groups = self._groups, {}
        sets: dict[tuple[str, str], list[watch.Check]] = {}
        for check in conf.plan.checks:
            sets.setdefault((check.group, check.module), []).append(check)
        for (group, module), checks in sets.items():
            try:
                unit = watch.make(module, conf.plan.modules, self._kinds)
            except OpsError as error:
                sys.stderr.write(f"hisops prober: {error.cause}; it is left out\n")
                continue
            same = [r for r in before.get(group, ()) if r.unit == unit and r.checks == checks]
            self._groups.setdefault(group, []).append(same[0] if same else Round(unit, checks))
        self._set_clocks()

    def _set_clocks(self) -> None:
        """Rounds with a clock of their own run by themselves, the others when they are asked."""
        rounds = {r for group in self._groups.values() for r in group if r.unit.every is not None}
        for one in self._clocks.keys() - rounds:
            self._loop.end(self._clocks.pop(one))
        for one in rounds - self._clocks.keys():
            self._clocks[one] = self._loop.spawn(one.repeat(self._net))

    def serve(self, request: http.Request) -> http.Answer | http.Later:
        """The answer, or the promise of one."""
        if request.method not in ("GET", "HEAD"):
            return http.plain(405, "Allow: GET, HEAD\r\n")
        words = {key: values[-1] for key, values in parse_qs(request.query).items()}
        if request.path in _ASKED:
            return self._look(request.path, words, _patience(request))
        if request.path == "/state":
            return http.Answer(200, msgspec.json.encode(self.states()), type="application/json")
        if request.path == "/metrics":
            return _answer(self._own.page(self._groups) + self._post.page())
        return http.plain(200 if request.path == "/-/healthy" else 404)

    def _look(self, path: str, words: dict[str, str], patience: float) -> http.Answer | http.Later:
        if path == "/probes":
            return self._group(words.get("group", ""), patience)
        return (self._snmp if path == "/snmp" else self._single)(words, patience)

    def states(self) -> list[State]:
        """Every check with its last outcome."""
        now = self._net.tick()
        return [
            State(
                module=check.module,
                instance=check.instance,
                target=check.target,
                group=group,
                success=outcome.success if outcome else None,
                cause=outcome.cause if outcome else "",
                age_seconds=now - one.finished_at if outcome else None,
            )
            for group, rounds in self._groups.items()
            for one in rounds
            for check, outcome in zip(one.checks, one.outcomes, strict=True)
        ]

    def _group(self, name: str, patience: float) -> http.Answer | http.Later:
        """All checks of a group; who asks while they run gets the same answer."""
        if name not in self._groups:
            return http.plain(404)
        later = http.Later()
        if name in self._running:
            self._running[name].append(later)
            return later
        self._running[name] = [later]
        self._start(self._ask(name, patience), name)
        return later

    async def _ask(self, name: str, patience: float) -> http.Answer:
        rounds = self._groups[name]
        asked = [one for one in rounds if one.unit.every is None]
        await self._net.gather([one.ask(self._net, patience) for one in asked])
        page = Page()
        now = self._net.tick()
        for one in rounds:
            one.fill(page, now)
        self._own.count(sum(len(one.checks) for one in asked))
        return _answer(page.text())

    def _single(self, words: dict[str, str], patience: float) -> http.Answer | http.Later:
        """blackbox_exporter's way: any known target with any module."""
        target, module = words.get("target", ""), words.get("module", "http_2xx")
        assert self._conf is not None  # noqa: S101 - taken before the first request
        if Endpoint(target).host not in self._known:
            return _refuse("the target is no host and no target of the site")
        try:
            unit = watch.make(module, self._conf.plan.modules, self._kinds)
        except OpsError as error:
            return _refuse(error.cause)
        later = http.Later()
        name = f"{module}\0{target}"
        self._running.setdefault(name, []).append(later)
        if len(self._running[name]) == 1:
            self._start(self._once(unit, target, patience), name)
        return later

    def _snmp(self, words: dict[str, str], patience: float) -> http.Answer | http.Later:
        """snmp_exporter's way."""
        target = words.get("target", "")
        assert self._conf is not None  # noqa: S101 - taken before the first request
        if Endpoint(target).host not in self._known:
            return _refuse("the target is no host and no target of the site")
        try:
            unit = snmp_form.make(words, self._conf.plan.modules, self._kinds)
        except OpsError as error:
            return _refuse(error.cause)
        later = http.Later()
        name = "\0".join(("snmp", target, words.get("module", ""), words.get("auth", "")))
        self._running.setdefault(name, []).append(later)
        if len(self._running[name]) == 1:
            self._start(snmp_form.answer(unit, self._net, target, patience), name)
        return later

    async def _once(self, unit: Probe, target: str, patience: float) -> http.Answer:
        if patience < unit.timeout.seconds:
            unit = msgspec.structs.replace(unit, timeout=Duration(patience))
        (outcome,) = await unit.probe_all(self._net, [Endpoint(target)])
        page = Page()
        page.add("", frozenset(), outcome.samples)
        self._own.count(1)
        return _answer(page.text())

    def _start(self, work: Coroutine[object, object, http.Answer], name: str) -> None:
        def done(task: Task) -> None:
            answer = task.result
            if task.error is not None:
                sys.stderr.write(f"hisops prober: {type(task.error).__name__}: {task.error}\n")
                answer = http.plain(503)
            for later in self._running.pop(name):
                later.give(answer)

        self._loop.spawn(work, done)


def _patience(request: http.Request) -> float:
    """Seconds that an answer may take, by the header that Prometheus sends."""
    text = request.headers.get("x-prometheus-scrape-timeout-seconds", "")
    try:
        seconds = float(text)
    except ValueError:
        return _PATIENCE_SECONDS
    return min(max(seconds - _SPARE_SECONDS, _SPARE_SECONDS), _PATIENCE_SECONDS)


def _answer(text: str) -> http.Answer:
    return http.Answer(200, text.encode(errors="replace"), type=TYPE)


def _refuse(cause: str) -> http.Answer:
    return http.Answer(400, f"{cause}\n".encode())
