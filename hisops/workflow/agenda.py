"""What the site's policies promise: jobs and their times, limits of age, who is on call."""

from hisops.core.errors import Exit
from hisops.core.schedule import Schedule
from hisops.core.text import Duration
from hisops.workflow.job import Job

_AUDIT = Job(
    name="audit",
    argv=("audit", "run"),
    schedule=Schedule(every=Duration(86400), at="06:00", timeout=Duration(1800)),
    good=(Exit.DONE, Exit.PARTIAL, Exit.FINDINGS),
)
_JOURNAL = Job(
    name="journal-verify",
    argv=("journal", "verify"),
    schedule=Schedule(every=Duration(86400), at="05:30", timeout=Duration(1800)),
)
