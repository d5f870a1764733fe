"""Is what a member says encrypted on its way?"""

from hardening.checks.mongo_answers import option
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_mongodb,
    failed,
    given,
    passed,
    per_member,
)
from hardening.model.facts import MongoMember

EXPECTED = "requireTLS, and plaintext refused"


def judge(member: MongoMember) -> Answer:
    """The setting, and what became of a client that spoke plaintext.

    An encrypted overlay protects the way between machines, not that between containers of one.
    """

    def read(mode: object) -> Answer:
        if mode != "requireTLS":
            return failed(f"TLS {mode or 'disabled'}", EXPECTED)
        return given(
            member.plaintext,
            lambda got: (passed if got == "refused" else failed)(f"TLS {mode}, plaintext {got}", EXPECTED),
        )

    return given(option(member, "net.tls.mode"), read)


CHECK = Check(
    id="mongo-tls-required",
    title="Database members accept TLS connections only",
    area=Area.MONGO,
    severity=Severity.HIGH,
    level=1,
    refs=cis_mongodb("4.3"),
    rationale="Whoever gets onto the network reads and changes what clients and members say, and can play a member.",
    remediation="`net: {tls: {mode: requireTLS, certificateKeyFile: …, CAFile: …}}`; from `allowTLS` upwards it takes "
    "one rolling restart.",
    evaluate=per_member(judge),
)
