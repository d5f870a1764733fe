"""Names of variables that promise a secret."""

import re

SUSPECT = re.compile(
    r"(?:(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL)S?|TOKEN|(?:API|ACCESS|PRIVATE)KEY|(?:^|[_.-])(?:PASS|PWD?|KEY))"
    r"\d*(?:$|[_.-])",
    re.IGNORECASE,
)
"""Words that mean nothing else count at the end of longer ones, too (PGPASSWORD, authToken); short ones stand alone."""
INNOCENT = re.compile(r"(?:_FILE|_PATH|_PATHS|_DIR)$|^PWD$|^OLDPWD$|^GPG_KEY$|PUBLIC_KEY", re.IGNORECASE)
"""Names of files that hold the secret, the shell's own variables, and keys that anybody may know."""


def looks_secret(name: str) -> bool:
    """Whether a variable or argument of this name would hold a secret."""
    return bool(SUSPECT.search(name)) and not INNOCENT.search(name)
