"""A deploy that is killed in the middle of any phase is finished by the next one, on machines that had nothing."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hardening.lab import Lab, patience

pytestmark = pytest.mark.timeout(patience(3600))

HARDEN = (sys.executable, "-c", "from hardening.cli import main; main()")
ROOT = Path(__file__).parents[2]
DEPLOY = (*HARDEN, "deploy", "--inventory", "lab", "--yes")
MOMENTS = (
    "Install the OCI runtime",
    "in /etc/docker/daemon.json",
    "Restart the engine",
    "Found the swarm",
    "Join the swarm",
    "Make secrets",
    "Pull ",
    "Start the databases",
    "waiting for",
    "replica set rs0 initiated",
    "user admin created",
    "Deploy the stack",
)
"""What a deploy says as it goes along; at each it is stopped, alternately as by a person and as by a crash."""


@pytest.mark.usefixtures("lab")
def test_a_deploy_stopped_at_any_step_is_finished_by_the_next(lab: Lab) -> None:
    pushed = subprocess.run(
        [*HARDEN, "images", "push", "--inventory", "lab"], cwd=ROOT, timeout=patience(900), check=False
    )
    assert pushed.returncode == 0
    assert lab.registry()
    for number, moment in enumerate(MOMENTS):
        crash = number % 2 == 1
        code, said = stopped_at(moment, signal.SIGKILL if crash else signal.SIGINT)
        assert code in ({-signal.SIGKILL} if crash else {1, 130}), f"{moment}: {code}\n{said}"
    done = subprocess.run(DEPLOY, cwd=ROOT, capture_output=True, text=True, timeout=patience(1800), check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "every task is confined" in done.stdout
    again = subprocess.run(
        [*HARDEN, "plan", "--inventory", "lab"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience(600),
        check=False,
    )
    assert again.returncode == 0, again.stdout + again.stderr


def stopped_at(moment: str, number: signal.Signals) -> tuple[int, str]:
    """Deploy, and stop it once it says that the moment has come; a run that ends before it is a failure."""
    lines: list[str] = []
    with subprocess.Popen(DEPLOY, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as deploy:
        try:
            assert deploy.stderr
            for line in deploy.stderr:
                lines.append(line)
                sys.stderr.write(line)
                if moment in line:
                    deploy.send_signal(number)
                    break
            else:
                pytest.fail(f"ended without `{moment}`:\n{''.join(lines[-40:])}")
            deploy.stderr.read()
            return deploy.wait(patience(120)), "".join(lines[-40:])
        finally:
            deploy.kill()
