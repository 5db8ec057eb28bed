"""hisops agent: this machine's metrics for Prometheus."""

import os
import sys

from hisops.cli.wire import session


def command() -> None:
    """Serve this machine's metrics at /metrics, in the foreground, as site.yml says.

    hisops agent --config FILE starts it from a configuration file, without a site.

    \b
    hisops --site mysite agent
    curl -s http://127.0.0.1:19100/metrics
    """
    from hisops.monitor import agent_conf

    site = session().site
    config = agent_conf.path(site.state)
    hosts = agent_conf.here(site.inventory)
    text = agent_conf.render(site.settings.agent, root=site.root, state=site.state, hosts=hosts)
    session().io.write(config, text)
    argv = agent_conf.command(sys.executable, config)
    os.execv(argv[0], argv)  # noqa: S606 - this process becomes the agent
