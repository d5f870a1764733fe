from hardening.model.facts import Account, Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import altered_inside, cluster, missing, nginx_server, with_nginx


def account(shell: str = "/usr/sbin/nologin", locked: bool = True) -> Facts:
    made = Account("nginx", 101, shell, locked)
    return with_nginx(inside=altered_inside(nginx_server().inside, accounts=Known((made,))))


CASES = (
    passes("locked", account(), says="nginx is locked"),
    passes("no account", with_nginx(inside=altered_inside(nginx_server().inside, accounts=Known(())))),
    fails("a shell", account("/bin/bash"), says="/bin/bash"),
    fails("no shell named is one", account(""), says="/bin/sh"),
    fails("a password", account(locked=False), says="has a password"),
    unknown("accounts not read", with_nginx(inside=altered_inside(nginx_server().inside, accounts=missing()))),
    unknown("not looked at", with_nginx(inside=missing())),
    inapplicable("no web server", cluster()),
)
