"""Looks at switches from inside a namespace: a line of addresses in, what they say as JSON out."""

import json
import sys

import msgspec

from hisops.io.local import Local
from hisops.io.loop import Loop
from hisops.io.net import Network
from hisops.net import lldp
from hisops.wire.snmp.credentials import Community
from hisops.wire.snmp.session import Patience


def main() -> None:
    """Answer each line until there is none."""
    loop = Loop()
    net = Network(loop, Local())
    community = Community(word=sys.argv[1])
    for line in sys.stdin:
        wish = lldp.ask_all(net, json.loads(line), community, Patience(seconds=0.4, tries=1))
        print(msgspec.json.encode(loop.run(wish)).decode(), flush=True)


if __name__ == "__main__":
    main()
