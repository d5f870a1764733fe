"""One recording: watch on every node, let the scenario happen, bring everything back."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from msgspec import Struct

from hardening.errors import FailedError
from hardening.hosts import Host
from hardening.model.recording import Recording

from .answer import Answer, decode, started
from .audit_log import messages
from .recordings import recording

Report = Callable[[str, str], None]
START_SECONDS = 600
"""Until a node watches: bpftrace compiles its program, which takes minutes on an emulated machine."""
ANSWER_SECONDS = 900


class Target(Struct, frozen=True):
    """What is watched.

    Attributes:
        service: name of a swarm service; empty for a container.
        container: name or id of a container; empty for a service.
        profile: AppArmor profile whose messages are collected; empty for none.
        complain: let that profile complain instead of refuse, meanwhile.
        audit: `must` the profile's messages be collected, or `try`, where auditd runs and the profile is there.
        refusals_only: calls are counted and what became of them; not what they were about.
        engine_socket: on each node.
        policy: the file on each node by which its runtime confines tasks.
    """

    service: str = ""
    container: str = ""
    profile: str = ""
    complain: bool = False
    audit: str = "try"
    refusals_only: bool = False
    engine_socket: str = "/run/docker.sock"
    policy: str = "/etc/harden/policy.json"

    @property
    def name(self) -> str:
        """The service's or container's name."""
        return self.service or self.container


class Watch:
    """Recorders at work on several nodes; `sockets` says where each can be asked, by node."""

    def __init__(self, hosts: Mapping[str, Host], sockets: Mapping[str, str]) -> None:
        self._hosts, self.sockets = hosts, sockets

    def finish(self) -> dict[str, Answer]:
        """End watching; every node's part."""

        def ask(name: str) -> Answer:
            answer = self._hosts[name].ask("recorder_answer", {"socket": self.sockets[name]}, timeout=ANSWER_SECONDS)
            return decode(name, answer)

        with ThreadPoolExecutor(len(self.sockets)) as pool:
            return dict(zip(self.sockets, pool.map(ask, self.sockets), strict=True))


@contextmanager
def watch(hosts: Mapping[str, Host], target: Target, report: Report) -> Iterator[Watch]:
    """Recorders on every node, until the context closes.

    Raises:
        HostError: a node cannot record, and says why.
        FailedError: no container of the target runs anywhere.
    """
    with ExitStack() as stack:

        def start(name: str) -> tuple[str, int]:
            report(name, f"starting to watch {target.name}")
            line = stack.enter_context(hosts[name].serve("recorder", target, timeout=START_SECONDS))
            answer = started(name, line)
            report(name, f"watching {answer.containers} running container(s)")
            return answer.socket, answer.containers

        with ThreadPoolExecutor(len(hosts)) as pool:
            found = dict(zip(hosts, pool.map(start, hosts), strict=True))
        if not any(containers for _, containers in found.values()):
            raise FailedError(
                f"{target.name}: no container of it runs on {', '.join(hosts)}", "look at: docker service ps"
            )
        yield Watch(hosts, {name: socket for name, (socket, _) in found.items()})


class Outcome(Struct, frozen=True):
    """A recording, and what AppArmor refused meanwhile, which is therefore not in it: `open /etc/shadow r`."""

    recording: Recording
    denied: tuple[str, ...]


def record(
    hosts: Mapping[str, Host], target: Target, named: tuple[str, str], drive: Callable[[], None], report: Report
) -> Outcome:
    """Watch a target while `drive` puts it through a scenario.

    Args:
        hosts: the nodes on which it may run.
        target: what is watched.
        named: role and scenario.
        drive: makes the scenario happen, and returns when it is over.
        report: told (node, what happens).

    Raises:
        HostError: a node cannot record.
        FailedError: nothing ran, or the scenario failed; then nothing is recorded.
    """
    with watch(hosts, target, report) as watching:
        drive()
        report("", "reading what was counted")
        answers = watching.finish()
    denied = [
        f"{message.operation} {message.subject}"
        for answer in answers.values()
        if answer.audit
        for message in messages(answer.audit.lines)
        if message.verdict == "DENIED"
    ]
    return Outcome(recording(*named, answers, now()), tuple(denied))


def now() -> str:
    """UTC, ISO 8601 to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
