"""The ways to reach people: every notifier of hisops and of the site, with the site's options."""

from hisops.alerting.desk import NOTIFIERS
from hisops.alerting.note import Notifier
from hisops.core import units
from hisops.core.site import Site


def load(site: Site) -> dict[str, Notifier]:
    """Notifiers by the names that people's `channels` use; raises OpsError for a broken unit file."""
    mail = site.settings.mail
    options: dict[str, dict[str, object]] = {
        "smtp": {name: getattr(mail, name) for name in mail.__struct_fields__}
    }
    kinds = units.find(NOTIFIERS, f"{site.root}/units/notifiers")
    return {name: kind(**options.get(name, {})) for name, kind in kinds.items()}
