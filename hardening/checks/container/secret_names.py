"""Does an environment variable, or a label, look as if it held a secret?"""

from hardening.checks.secret_names import looks_secret
from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, cis_docker, failed, passed, per_container
from hardening.model.facts import REDACTED


def judge(place: Place) -> Verdict:
    """By the name, or by what the node saw in the value, which it keeps to itself."""
    config = place.container.inspect.config
    names = config.env or ()
    found = sorted({name for name in names if looks_secret(name)}.union(config.env_secrets))
    found += [f"the label {name}" for name, value in sorted((config.labels or {}).items()) if REDACTED in value]
    expected = "no variable named like a secret, and none that holds one"
    return failed(", ".join(found), expected) if found else passed(f"none of {len(names)} variables", expected)


CHECK = Check(
    id="container-secrets-in-environment",
    title="Secrets reach containers as files, not as environment variables",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("7.4", "4.10"),
    rationale="Variables show in `docker inspect`, in crash dumps and in every child process; swarm's secrets do not.",
    remediation="`secrets:` in the stack, and `NAME_FILE=/run/secrets/…` or reading the file in the program.",
    evaluate=per_container(judge),
)
