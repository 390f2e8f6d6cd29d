"""Serve the app on this machine, as a function URL would: `python local_server.py --secret-file secret.json`.

The environment is the function's own. Not part of the image.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from app_settings import read_settings
from handler import App, make_app, respond
from secret_cache import Client


class SecretFile:
    """Stands in for Secrets Manager: the file is the current version, read anew each time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_secret_value(self, **arguments: str) -> Mapping[str, str]:  # noqa: ARG002
        """Return the file's text, whatever stage is asked for."""
        return {"SecretString": self._path.read_text()}


def make_server(app: App, port: int) -> HTTPServer:
    """Return a server of the app on the loopback address; it takes one request at a time, as Lambda does."""

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            event = {"rawPath": urlsplit(self.path).path, "requestContext": {"http": {"method": self.command}}}
            answer = respond(event, lambda: app)
            body = answer["body"].encode()
            self.send_response(answer["statusCode"])
            for name, value in {**answer["headers"], "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")

        do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    return HTTPServer(("127.0.0.1", port), Requests)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="Serve the app on this machine.")
    parser.add_argument("--port", type=int, default=8080, help="on the loopback address (default: %(default)s)")
    parser.add_argument("--secret-file", type=Path, help="the secret's JSON, in the place of Secrets Manager")
    chosen = parser.parse_args(arguments)
    client: Client = SecretFile(chosen.secret_file) if chosen.secret_file else boto3.client("secretsmanager")
    with make_server(make_app(read_settings(os.environ), client), chosen.port) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
