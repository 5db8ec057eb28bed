"""hisops job: run one scheduled job as cron does."""

import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

app = typer.Typer(help="Run the site's jobs by hand.")


@app.command()
def run(name: str) -> int:
    """Run a job under its lock and time-out, and note the outcome in the journal.

    Example: hisops job run backup-his-db
    """
    from hisops.core.text import did_you_mean
    from hisops.workflow import agenda, job

    running = session()
    jobs = {job.name: job for job in agenda.jobs(running.io, running.site)}
    if name not in jobs:
        fix = did_you_mean(name, jobs) or f"known: {', '.join(sorted(jobs))}"
        raise OpsError(f"there is no job {name!r}", fix=fix, code=Exit.USAGE)
    done = job.run(running.io, running.store, running.site, jobs[name], actor=running.actor)
    agenda.publish(running.io, running.store, running.site)
    show.emit(done)
    return Exit.DONE if done.code in jobs[name].good else done.code


@app.command("list")
def list_jobs() -> None:
    """List the last run of each job.

    Example: hisops job list
    """
    from hisops.workflow import agenda, proof

    running = session()
    jobs = agenda.jobs(running.io, running.site)
    show.emit(proof.list_jobs(running.store, jobs, running.io.now()))
