from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container


def environment(*names: str) -> Facts:
    return with_container(inspect(env=names))


CASES = (
    passes("none of that name", environment("PATH", "NODE_ENV", "KEYBOARD", "PASSENGERS")),
    passes("files that hold them", environment("MONGO_PASSWORD_FILE", "SSL_KEY_PATH")),
    passes("the shell's own", environment("PWD", "OLDPWD")),
    passes("no variables", with_container(inspect(env=None))),
    fails("a password", environment("PATH", "DB_PASSWORD"), says="DB_PASSWORD"),
    fails("a key in small letters", environment("api_key")),
    fails("a token", environment("GITHUB_TOKEN")),
    fails("a cloud's key", environment("AWS_SECRET_ACCESS_KEY")),
    fails("a password in one word", environment("PGPASSWORD")),
    fails("a token in one word", environment("dbAuthToken")),
    fails("one of several", environment("PASSWORD_2", "API_KEY1"), says="API_KEY1, PASSWORD_2"),
    passes("words that begin or end alike", environment("MAX_TOKENS", "TOKENIZER", "MONKEY", "COMPASS", "BYPASS")),
    fails("an address with a login", with_container(inspect(env=("DB_URL",), env_secrets=("DB_URL",))), says="DB_URL"),
    fails("a label", with_container(inspect(labels={"proxy.users": "admin:<redacted>"})), says="the label proxy.users"),
    unknown("the node is gone", GONE),
)
