"""Whatever looks like a secret is replaced by a mark, wherever it stands; what checks read stays as it is."""

import json
from typing import Any

import pytest

from hardening.node.engine_facts import prune
from hardening.node.redaction import MARK, document, redacted

SECRET = "hunter2hunter2"  # noqa: S105 - the secret of these samples


@pytest.mark.parametrize(
    "value",
    [
        {"proxies": {"https-proxy": f"http://user:{SECRET}@proxy:3128"}},
        {"log-opts": {"splunk-token": SECRET}},
        {"log-opts": {"splunk-url": f"https://x/?access_token={SECRET}"}},
        {"labels": {"traefik.http.middlewares.a.basicauth.users": f"admin:$apr1$abc${SECRET}"}},
        {"labels": {"backup.password": SECRET}},
        {"Labels": {"note": f"Authorization: Bearer {SECRET}"}},
        ["--password", SECRET],
        [f"--password={SECRET}", "serve"],
        ["--api-key", SECRET],
        ["mysqladmin", "ping", "-p", SECRET],
        ["CMD-SHELL", f"mongosh -u admin -p {SECRET} --eval 1"],
        ["CMD-SHELL", f"curl -u admin:x --token {SECRET} http://localhost"],
        ["CMD-SHELL", f"DB_PASSWORD={SECRET} ./check"],
        [f"mongodb://admin:{SECRET}@db:27017/x"],
        {"tls": {"certificateKeyFilePassword": SECRET}},
        {"parsed": {"security": {"ldap": {"bind": {"queryPassword": SECRET}}}}},
        {"net.tls.clusterPassword": SECRET},
        f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\n{SECRET}",
    ],
)
def test_what_looks_like_a_secret_leaves_a_mark(value: Any) -> None:  # noqa: ANN401 - JSON of every form
    found = json.dumps(redacted(value))
    assert SECRET not in found
    assert MARK in found


@pytest.mark.parametrize(
    "value",
    [
        {"security": {"authorization": "enabled", "keyFile": "/run/secrets/keyfile"}},
        {"authenticationMechanisms": ["SCRAM-SHA-256"], "scramSHA256IterationCount": 15000},
        {"harden.auditor-secret": "auditor_password", "com.docker.swarm.service.name": "shop_token"},
        {"tls": {"certificateKeyFile": "/run/secrets/tls.pem", "mode": "requireTLS"}},
        {"default-address-pools": [{"base": "10.0.0.0/8", "size": 24}]},
        {"runtimes": {"harden": {"path": "/usr/local/lib/harden/harden-runtime"}}},
        ["nginx", "-g", "daemon off;", "-p", "/etc/nginx"],
        ["serve", "-p", "8080", "--port", "80"],
        ["CMD", "mkdir", "-p", "/data"],
        ["--password-file", "/run/secrets/p", "--token-ttl", "60"],
        ["CMD-SHELL", 'test -n "$DB_PASSWORD" && curl -fsS http://127.0.0.1:8080/healthz'],
        "registry:5000/web@sha256:" + "a" * 64,
        "PASSWORD=$OTHER",
        {"com.docker.network.bridge.enable_icc": "false"},
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        None,
        7,
    ],
)
def test_what_is_none_stays_as_it_is(value: Any) -> None:  # noqa: ANN401 - as above
    assert redacted(value) == value


def test_the_engine_s_documents_are_redacted_as_they_are_pruned() -> None:
    spec = {"Args": ["--password", SECRET], "Labels": {"token": SECRET}, "Env": [f"A={SECRET}"], "Image": "x"}
    shape = {"Args": [True], "Labels": True, "Env": [True], "Image": True, "Healthcheck": True}
    spec["Healthcheck"] = {"Test": ["CMD", "check", "--token", SECRET]}
    kept = prune(spec, shape)
    assert SECRET not in json.dumps(kept)
    assert kept == {
        "Args": ["--password", MARK],
        "Labels": {"token": MARK},
        "Env": ["A"],
        "Image": "x",
        "Healthcheck": {"Test": ["CMD", "check", "--token", MARK]},
    }


def test_settings_that_are_no_json_are_refused_rather_than_passed_on() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        document(f'{{"token": "{SECRET}"')
    assert json.loads(document('{"a": {"token": "x"}, "b": true}')) == {"a": {"token": MARK}, "b": True}
