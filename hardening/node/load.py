"""HTTP clients inside a container's network, whose processes are the node's own. Runs as root.

The request, one line of JSON: {"container": ID} and the fields of `model/scenario.py`'s Requests. The answer, one line:

    {"answers": {STATUS: TIMES}, "wrong": [TEXT], "error": ""}

`wrong` holds up to ten requests that were answered with another status than expected, or not at all.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import string
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hardening.node.fact import NotReadable, reason
from hardening.node.namespaces import enter_network
from hardening.node.process import init_process

LOOPBACK = "127.0.0.1"
_SECONDS = 60
_KEPT_COMPLAINTS = 10


class Load:
    """What the clients do and what comes of it."""

    def __init__(self, request: dict[str, Any]) -> None:
        self._port, self._tls = request["port"], request["tls"]
        self._ask = request["ask"]
        self._run = os.urandom(4).hex()
        self._lock = threading.Lock()
        self.answers: Counter[str] = Counter()
        self.wrong: list[str] = []

    def client(self, number: int) -> None:
        """One client: every request in order over one connection, opened anew when the other side closes it."""
        known = {"client": f"{self._run}{number}"}
        connection = self._connection()
        for each in self._ask:
            try:
                status, body = self._one(connection, each, known)
                complaint = "" if each["status"] in {0, status} else f"answered {status} instead of {each['status']}"
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                status, body, complaint = 0, b"", reason(error)
            with self._lock:
                self.answers[str(status)] += 1
                if complaint and len(self.wrong) < _KEPT_COMPLAINTS:
                    self.wrong.append(f"{each['method']} {each['path']}: {complaint}")
            if each["keep"]:
                known.update(_kept(body, each["keep"]))
        connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if not self._tls:
            return http.client.HTTPConnection(LOOPBACK, self._port, timeout=_SECONDS)
        anybody = ssl.create_default_context()
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(LOOPBACK, self._port, timeout=_SECONDS, context=anybody)

    @staticmethod
    def _one(connection: http.client.HTTPConnection, each: dict[str, Any], known: dict[str, str]) -> tuple[int, bytes]:
        def filled(text: str) -> str:
            return string.Template(text).safe_substitute(known)

        headers = {name: filled(value) for name, value in each["headers"].items()}
        body = None
        if each["form"]:
            body = json.dumps({name: filled(value) for name, value in each["form"].items()})
            headers["Content-Type"] = "application/json"
        connection.request(each["method"], filled(each["path"]), body, headers)
        response = connection.getresponse()
        return response.status, response.read()


def main() -> None:
    """Enter the network, let all clients work, tell."""
    request = json.loads(sys.stdin.buffer.readline())
    try:
        enter_network(init_process(request["container"]))
    except (NotReadable, OSError) as error:
        print(json.dumps({"answers": {}, "wrong": [], "error": reason(error)}))
        return
    load = Load(request)
    with ThreadPoolExecutor(request["together"]) as pool:
        list(pool.map(load.client, range(request["clients"])))
    print(json.dumps({"answers": dict(load.answers), "wrong": load.wrong, "error": ""}))


def _kept(body: bytes, keys: dict[str, str]) -> dict[str, str]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return {name: str(document[key]) for name, key in keys.items() if isinstance(document, dict) and key in document}


if __name__ == "__main__":
    main()
