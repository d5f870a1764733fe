"""What NGINX refuses: methods, sizes, rates, slow clients."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from .peers import Upstream
from .site import Site, wait_until

ADS = "/apiv1/anuncios"


def message(reply_json: dict[str, object]) -> str:
    error = reply_json["error"]
    assert isinstance(error, dict)
    return str(error["message"])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize(
    ("target", "allow"),
    [
        (ADS, "GET, HEAD, POST"),
        (f"{ADS}?token=x", "GET, HEAD, POST"),
        (f"{ADS}/tags", "GET, HEAD"),
        ("/apiv1/usuarios/register", "POST"),
        ("/apiv1/usuarios/authenticate", "POST"),
        ("/apiv1/pushtokens", "POST"),
        ("/docs/", "GET, HEAD"),
    ],
)
def test_refuses_other_methods_and_names_those_allowed(
    site: Site, upstream: Upstream, method: str, target: str, allow: str
) -> None:
    reply = site.ask(method, target)
    assert (reply.status, reply.headers["allow"]) == (405, allow)
    assert reply.json["ok"] is False
    assert upstream.seen == []


def test_refuses_to_post_to_a_page(site: Site) -> None:
    reply = site.ask("POST", "/docs/", b"x")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ({"method": "POST", "target": ADS, "body": b"x" * (16 * 1024 + 1)}, 413),
        ({"method": "GET", "target": "/docs/?" + "x" * 5000}, 414),
        ({"method": "GET", "target": ADS, "headers": {"X-Large": "x" * 5000}}, 431),
        ({"method": "GET", "target": "/docs/%zz"}, 400),
    ],
)
def test_answers_what_is_too_large_or_broken_in_the_envelope(site: Site, what: dict[str, object], status: int) -> None:
    reply = site.ask(**what)  # type: ignore[arg-type] # a table of keyword arguments
    assert reply.status == status
    error = reply.json["error"]
    assert isinstance(error, dict)
    assert error["code"] == status


def test_lets_a_body_of_16_kib_through(site: Site) -> None:
    assert site.ask("POST", ADS, b"x" * 16 * 1024).status == 200


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "en"),
        ({"x-lang": "es"}, "es"),
        ({"x-lang": "ES-mx"}, "es"),
        ({"x-lang": "fr", "Accept-Language": "es"}, "en"),
        ({"Accept-Language": "es-ES,es;q=0.9"}, "es"),
        ({"Accept-Language": "fr, es;q=0.5"}, "es"),
        ({"Accept-Language": "fr;q=0.9,ES-mx;q=0.8,en;q=0.7"}, "es"),
        ({"Accept-Language": "fr, en;q=0.9, es;q=0.8"}, "en"),
        ({"Accept-Language": "en-GB,es;q=0.5"}, "en"),
        ({"Accept-Language": "est"}, "en"),
        ({"Accept-Language": "fr,est"}, "en"),
    ],
)
def test_speaks_the_clients_language(site: Site, headers: dict[str, str], language: str) -> None:
    reply = site.ask("DELETE", ADS, headers=headers)
    assert message(reply.json) == {"en": "method not allowed", "es": "método no permitido"}[language]
    assert reply.headers["content-language"] == language


def test_answers_unknown_paths_as_json_below_api_and_as_a_page_elsewhere(site: Site) -> None:
    for target in ("/api", "/apiv1", "/apiv1?x=1", "/apiv2/x"):
        api = site.ask("GET", target)
        assert (api.status, message(api.json)) == (404, "not found")
    page = site.ask("GET", "/nothing")
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"nginx" not in page.body.lower()


@pytest.mark.parametrize("target", ["/apiv1/", "/apiv1/usuarios", "/apiv1/usuarios?x=1", "/apiv1/pushtokens"])
def test_leaves_every_path_of_the_api_to_the_api(site: Site, upstream: Upstream, target: str) -> None:
    assert site.ask("GET", target).status == 200
    assert [seen.target for seen in upstream.seen] == [target]


def test_slows_down_floods_of_logins(site: Site) -> None:
    began = time.monotonic()
    answers = site.flood("/apiv1/usuarios/authenticate", 440)
    seconds = time.monotonic() - began
    passed = [answer for answer in answers if answer.startswith(b"200 ")]
    refused = [answer for answer in answers if answer.startswith(b"429 ")]
    assert 300 <= len(passed) <= 302 + 10 * seconds  # 300 pass at once and 10 more each second
    assert len(refused) == 440 - len(passed) > 0
    assert b"Retry-After: 1\r\n" in refused[0]
    assert b"too many requests, try again later" in refused[0]


def test_lets_an_ordinary_client_be(site: Site) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert {reply.status for reply in pool.map(lambda _: site.ask("GET", ADS), range(400))} == {200}


def test_limits_the_requests_of_one_address_that_are_under_way(site: Site, upstream: Upstream) -> None:
    upstream.gate.clear()
    with ThreadPoolExecutor(110) as pool:
        waiting = [pool.submit(site.ask, "GET", ADS) for _ in range(110)]
        wait_until(lambda: sum(future.done() for future in waiting) >= 10, 15)
        assert {future.result().status for future in waiting if future.done()} == {429}
        upstream.gate.set()
        assert sum(future.result().status == 200 for future in waiting) == 100


def test_gives_up_on_a_client_that_never_finishes_its_request(site: Site) -> None:
    began = time.monotonic()
    with suppress(ConnectionResetError):  # with TLS between, the reset may be seen as an end
        assert site.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n") == b""
    assert 9 <= time.monotonic() - began <= 13
