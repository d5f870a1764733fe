"""Does the server keep an audit log?"""

from hardening.checks.mongo_edition import enterprise_setting
from hardening.checks.vocabulary import Area, Check, Severity, cis_mongodb, per_member

CHECK = Check(
    id="mongo-audit-log",
    title="The server keeps an audit log, where its edition has one",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_mongodb("5.1", "5.2"),
    rationale="It tells who read or changed what; the ordinary log only tells who connected.",
    remediation="`auditLog: {destination: file, format: JSON, path: …}` (Enterprise).",
    evaluate=per_member(
        enterprise_setting("auditLog.destination", "a destination", "connections are in its ordinary log")
    ),
)
