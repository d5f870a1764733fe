"""Where the node's kernel uses SELinux, is a container labelled?"""

from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Place,
    Severity,
    Verdict,
    cis_docker,
    failed,
    given,
    not_applicable,
    passed,
    per_container,
)

OFF = frozenset({"label=disable", "label:disable"})
EXPECTED = "the engine labels it, and `label=disable` is not among its options"


def judge(place: Place) -> Answer:
    """The kernel's own list of modules decides whether there is anything to label for."""
    return given(
        place.machine.lsm,
        lambda modules: (
            _judge(place)
            if "selinux" in modules
            else not_applicable("the node's kernel does not use SELinux; see container-apparmor-enforced")
        ),
    )


def _judge(place: Place) -> Verdict:
    if "name=selinux" not in (place.engine.info.security_options or ()):
        return failed("the engine does not use SELinux, though the kernel does", EXPECTED)
    options = set(place.container.inspect.host_config.security_opt or ())
    return failed(", ".join(sorted(options & OFF)), EXPECTED) if options & OFF else passed("labelled", EXPECTED)


CHECK = Check(
    id="container-selinux",
    title="Where the kernel uses SELinux, every container has a label",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=2,
    refs=cis_docker("5.3"),
    rationale="Without a label of its own, a container's processes are held by nothing that SELinux knows.",
    remediation='`"selinux-enabled": true` in daemon.json; start nothing with `--security-opt label=disable`.',
    evaluate=per_container(judge),
)
