"""The redundancy proof as series.

Their label is `target_system`: `system` is the one of the host that serves them.
"""

from collections import Counter
from collections.abc import Iterator

from hisops.core.metric import Family, Sample
from hisops.net.difference import Comparison, Kind
from hisops.net.proof import Finding, Proof, State

# A network without any redundancy has one finding per cable: the series tell the first ones.
MOST_INFO = 200

FAILURES = Family(
    "hisops_redundancy_single_failures",
    "gauge",
    "Links, switches or paths that alone cut the system off and are not accepted.",
)
_ACCEPTED = Family(
    "hisops_redundancy_accepted_failures",
    "gauge",
    "Links, switches or paths that alone cut the system off and are accepted.",
)
_UNKNOWN = Family(
    "hisops_redundancy_unknown_hosts",
    "gauge",
    "Hosts of the system and of what it needs whose connection is not known.",
)
_CUT = Family("hisops_redundancy_cut", "gauge", "1 when the system is cut off already.")
_INFO = Family(
    "hisops_redundancy_single_failure_info",
    "gauge",
    "1 for a link, switch or path that alone cuts the system off, the first 200 of them.",
)
_DIFFERENCES = Family(
    "hisops_topology_differences", "gauge", "Differences between the cables seen and links.yml."
)
_DIFFERENCE = Family(
    "hisops_topology_difference_info", "gauge", "1 for a difference, the first 200 of them."
)
_LINKS = Family("hisops_topology_links", "gauge", "Cables that are seen, or nothing is known of.")


def samples(proof: Proof, view: str) -> list[Sample]:
    """All series of one proof; `view` says which links it stands on: `intended` or `seen`."""
    found = []
    for verdict in proof.verdicts:
        labels = (("target_system", verdict.system), ("view", view))
        found += [
            Sample(FAILURES, verdict.failures, labels),
            Sample(_ACCEPTED, verdict.accepted, labels),
            Sample(_UNKNOWN, len(verdict.unknown_hosts), labels),
            Sample(_CUT, int(verdict.state is State.CUT), labels),
        ]
    open_ = [finding for finding in proof.findings if not finding.accepted]
    rows = [row for finding in open_ for row in _rows(finding)]
    return found + [Sample(_INFO, 1, (*row, ("view", view))) for row in rows[:MOST_INFO]]


def differences(compared: Comparison) -> list[Sample]:
    """How the cables that are seen differ from those of the inventory."""
    counts = Counter(each.kind for each in compared.differences)
    found = [Sample(_DIFFERENCES, counts[kind], (("kind", kind.value),)) for kind in Kind]
    rows = dict.fromkeys((each.kind.value, each.link) for each in compared.differences)
    for kind, link in list(rows)[:MOST_INFO]:
        found.append(Sample(_DIFFERENCE, 1, (("kind", kind), ("link", link))))
    count = len(compared.unknown)
    states = {"seen": len(compared.present) - count, "unknown": count}
    return found + [Sample(_LINKS, n, (("state", state),)) for state, n in states.items()]


def _rows(finding: Finding) -> Iterator[tuple[tuple[str, str], ...]]:
    for cut in finding.cuts:
        yield (
            ("target_system", cut.system),
            ("element", finding.element),
            ("kind", finding.kind.value),
            ("lost", cut.lost.value),
        )
