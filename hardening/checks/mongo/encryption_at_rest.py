"""Are the data files encrypted by the server?"""

from hardening.checks.mongo_edition import enterprise_setting
from hardening.checks.vocabulary import Area, Check, Severity, cis_mongodb, per_member

CHECK = Check(
    id="mongo-encryption-at-rest",
    title="The server encrypts its data files, where its edition can",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=2,
    refs=cis_mongodb("4.5"),
    rationale="A stolen disk or backup is then worth nothing.",
    remediation="`security: {enableEncryption: true}` with a KMIP key (Enterprise); else LUKS under the data folder.",
    evaluate=per_member(
        enterprise_setting("security.enableEncryption", "on", "put the data on an encrypted disk (LUKS)")
    ),
)
