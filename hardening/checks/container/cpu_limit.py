"""Is there a ceiling or a weight for a container's CPU time?"""

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, cis_docker, failed, passed, per_container


def judge(place: Place) -> Verdict:
    """NanoCpus for services, a weight also for plain containers (Swarm has none)."""
    host = place.container.inspect.host_config
    if host.nano_cpus > 0:
        return passed(f"{host.nano_cpus / 1e9:g} CPUs", "a limit or a weight")
    if host.cpu_quota > 0:
        return passed(f"a quota of {host.cpu_quota} µs in each period", "a limit or a weight")
    if host.cpu_shares > 0:
        return passed(f"weight {host.cpu_shares}", "a limit or a weight")
    return failed("no limit", "a limit or a weight")


CHECK = Check(
    id="container-cpu-limit",
    title="Every container has a CPU limit",
    area=Area.CONTAINER,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("5.12"),
    rationale="A miner or a loop in one container otherwise starves the raft leader and the database beside it.",
    remediation='`deploy: {resources: {limits: {cpus: "1.0"}}}` in the stack.',
    evaluate=per_container(judge),
)
