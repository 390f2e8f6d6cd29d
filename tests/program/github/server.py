"""A local GitHub: pages with Link headers, permissions, rate limits and faults, over real HTTP.

In a test: `with LocalGitHub(empty()) as github: github.url; github.state`.
As a process: `python -m tests.program.github.server --port-file PORT --state STATE`. It writes the port it listens
on to PORT, begins with what STATE holds (an empty repository where there is no such file; missing keys have their
defaults), and writes STATE anew after every request.
"""

from __future__ import annotations

import argparse
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.program.github.routes import Answered, Routes
from tests.program.github.state import empty

DEFAULT_PER_PAGE = 30
# Where GitHub Enterprise Server has its API; the same server answers under it.
_PREFIXES = ("/api/v3", "/api")


class LocalGitHub:
    """The server, in a thread of its own, from `with` to its end."""

    def __init__(self, state=None, *, saved=None, port=0):
        self.state = empty() if state is None else state
        self._saved = saved
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def serve(self):
        """Answer until the process ends."""
        self._server.serve_forever()

    def comments(self, number):
        """Return the bodies of that conversation's comments."""
        return [comment["body"] for comment in self.state["comments"] if comment["issue"] == number]

    def writes(self):
        """Return the requests that could have changed something."""
        return [line for line in self.state["requests"] if not line.startswith("GET ") and "/graphql" not in line]

    def respond(self, method, target, data, token):
        """Return (status, headers, JSON) for one request."""
        with self._lock:
            parts = urlsplit(target)
            prefix = next((prefix for prefix in _PREFIXES if parts.path.startswith(f"{prefix}/")), "")
            path = parts.path.removeprefix(prefix)
            query = dict(parse_qsl(parts.query))
            self.state["requests"].append(f"{method} {path}{'?' if parts.query else ''}{parts.query}")
            try:
                return self._respond(method, unquote(path), query, data, token, self.url + prefix)
            except Answered as answered:
                return (
                    answered.status,
                    {},
                    {"message": answered.message, "documentation_url": "https://docs.github.com"},
                )
            finally:
                self._save()

    def _respond(self, method, path, query, data, token, base):
        if not token:
            raise Answered(401, "Bad credentials")
        fault = self._fault(method, path)
        if fault is None or fault.get("after"):
            status, found = Routes(self.state, base, query, data).answer(method, path)
        if fault is not None:
            return fault["status"], fault.get("headers", {}), {"message": fault.get("message", "")}
        if not isinstance(found, list) or method != "GET":
            return status, {}, found
        return status, *self._page(base + path, query, found)

    def _fault(self, method, path):
        for fault in self.state["faults"]:
            if fault["times"] > 0 and fault["method"] in (method, "*") and path.endswith(fault["path"]):
                fault["times"] -= 1
                return fault
        return None

    def _page(self, address, query, found):
        size = int(query.get("per_page", DEFAULT_PER_PAGE))
        page = int(query.get("page", 1))
        last = max(1, -(-len(found) // size))
        links = []
        for name, number in (("next", page + 1), ("last", last)):
            if page < last:
                links.append(f'<{address}?{urlencode(query | {"page": number})}>; rel="{name}"')
        shown = found[(page - 1) * size : page * size]
        body = {"total_count": len(found), "workflow_runs": shown} if address.endswith("/runs") else shown
        return {"Link": ", ".join(links)} if links else {}, body

    def _save(self):
        if self._saved is not None:
            self._saved.write_text(json.dumps(self.state, indent=2), encoding="utf-8")


def _handler(github):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _respond(self):
            length = int(self.headers.get("Content-Length") or 0)
            data = json.loads(self.rfile.read(length)) if length else {}
            token = (self.headers.get("Authorization") or "").partition(" ")[2]
            status, headers, answer = github.respond(self.command, self.path, data, token)
            if status == 0:
                self.close_connection = True
                return
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:  # no content, so no length either
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _respond  # noqa: N815  # the base class calls them so

        def log_message(self, *_):
            """Say nothing: the state holds the requests."""

    return Handler


def main():
    """Serve as a process of its own."""
    parser = argparse.ArgumentParser(description="A local GitHub API.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    arguments = parser.parse_args()
    state = json.loads(arguments.state.read_text(encoding="utf-8")) if arguments.state.exists() else {}
    github = LocalGitHub(empty(**state), saved=arguments.state, port=arguments.port)
    waiting = arguments.port_file.with_suffix(".new")
    waiting.write_text(f"{github.port}\n", encoding="utf-8")
    # Whoever waits for the file finds a whole one.
    waiting.replace(arguments.port_file)
    github.serve()


if __name__ == "__main__":
    main()
