"""Requests to the prober and their answers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec

from hisops.agent import http
from hisops.core.errors import OpsError
from hisops.core.text import Secret
from hisops.monitor import watch
from hisops.monitor.probe import Endpoint
from hisops.prober import snmp_form
from hisops.prober.own import Own
from hisops.prober.page import Page
from hisops.prober.round import Round
from hisops.prober.traps import Post

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from hisops.io.loop import Loop
    from hisops.io.net import Network
    from hisops.io.task import Task
    from hisops.monitor.probe import Probe
    from hisops.monitor.prober_conf import ProberConf

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SPARE_SECONDS = 0.2  # of the scraper's time-out, for the way back
_PATIENCE_SECONDS = 120.0
_LEAST_SECONDS = 1.0
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
        self._post.take(conf)
        self._kinds = watch.Kinds(conf.units)
        self._conf = conf
        targets = {Endpoint(check.target).host for check in conf.plan.checks}
        self._known = frozenset({*conf.known, *targets})
        groups: dict[str, list[Round]] = {}
        sets: dict[tuple[str, str], list[watch.Check]] = {}
        for check in conf.plan.checks:
            sets.setdefault((check.group, check.module), []).append(check)
        for (group, module), checks in sets.items():
            try:
                unit = watch.make(module, conf.plan.modules, self._kinds)
            except OpsError as error:
                sys.stderr.write(f"hisops prober: {error.cause}; it is left out\n")
                continue
            same = [r for r in self._groups.get(group, ()) if r.unit == unit and r.checks == checks]
            groups.setdefault(group, []).append(same[0] if same else Round(unit, checks))
        self._groups = groups
        self._set_clocks()

    def _set_clocks(self) -> None:
        """Rounds with a clock of their own run by themselves, the others when they are asked."""
        rounds = {r for group in self._groups.values() for r in group if r.unit.every is not None}
        for one in self._clocks.keys() - rounds:
            self._loop.end(self._clocks.pop(one))
        for one in rounds - self._clocks.keys():
            self._clocks[one] = self._loop.spawn(one.repeat(self._net))

    def serve(self, request: http.Request) -> http.Answer | http.Later:
        """The answer, or the promise of one; a mistake of ours costs this request only."""
        try:
            return self._serve(request)
        except Exception as error:  # noqa: BLE001 - or one request would end the prober
            sys.stderr.write(f"hisops prober: {type(error).__name__}: {error}\n")
            return http.plain(503)

    def _serve(self, request: http.Request) -> http.Answer | http.Later:
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
        return self._share(name, lambda: self._ask(name, patience))

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
        try:
            unit = watch.make(module, self._plan.modules, self._kinds)
            self._admit(target, module, unit)
        except OpsError as error:
            return _refuse(error.cause)
        return self._share(
            f"{module}\0{target}", lambda: self._once(unit, module, target, patience)
        )

    def _snmp(self, words: dict[str, str], patience: float) -> http.Answer | http.Later:
        """snmp_exporter's way."""
        target = words.get("target", "")
        try:
            unit = snmp_form.make(words, self._plan.modules, self._kinds)
            self._admit(target, words.get("auth", ""), unit)
        except OpsError as error:
            return _refuse(error.cause)
        name = "\0".join(("snmp", target, words.get("module", ""), words.get("auth", "")))
        return self._share(name, lambda: snmp_form.answer(unit, self._net, target, patience))

    @property
    def _plan(self) -> watch.Plan:
        assert self._conf is not None  # noqa: S101 - taken before the first request
        return self._conf.plan

    def _admit(self, target: str, module: str, unit: Probe) -> None:
        """Raise OpsError for what is no target of the site: the prober is no scanner for anybody.

        A module that holds a secret goes to a bare known host or to a target written for it only.
        """
        if Endpoint(target).host not in self._known:
            raise OpsError("the target is no host and no target of the site")
        if target in self._known or not holds_secret(unit):
            return
        if not any(c.target == target and c.module == module for c in self._plan.checks):
            raise OpsError("the module holds a secret, and this is no target that was given to it")

    async def _once(self, unit: Probe, module: str, target: str, patience: float) -> http.Answer:
        alone = watch.Check(module=module, target=target, instance=target, tier=0, labels={})
        one = Round(unit, [alone])
        await one.ask(self._net, patience)
        page = Page()
        one.fill(page, self._net.tick())
        self._own.count(1)
        return _answer(page.text())

    def _share(
        self, name: str, work: Callable[[], Coroutine[object, object, http.Answer]]
    ) -> http.Later:
        """The answer of this work; who asks for the same while it runs gets it too."""
        later = http.Later()
        self._running.setdefault(name, []).append(later)
        if len(self._running[name]) == 1:
            self._start(work(), name)
        return later

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
    # Whoever joins a round shares its patience: nobody makes it shorter than the fastest tier's.
    if not isfinite(seconds) or seconds < _LEAST_SECONDS:
        return _PATIENCE_SECONDS
    return min(seconds - _SPARE_SECONDS, _PATIENCE_SECONDS)


def holds_secret(value: object) -> bool:
    """Whether a secret stands somewhere in the options of a module."""
    if isinstance(value, Secret):
        return True
    if isinstance(value, msgspec.Struct):
        return any(holds_secret(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, Mapping):
        return any(map(holds_secret, value.values()))
    return isinstance(value, tuple | list) and any(map(holds_secret, value))


def _answer(text: str) -> http.Answer:
    return http.Answer(200, text.encode(errors="replace"), type=TYPE)


def _refuse(cause: str) -> http.Answer:
    return http.Answer(400, f"{cause}\n".encode())
