"""Clients of the local GitHub that don't wait between tries."""

from program.github.client import Client
from program.github.context import Context
from program.github.patience import Patience

TOKEN = "ghs_secret_of_the_job"


def client_of(github, *, path=""):
    context = Context(repository=github.state["repository"], token=TOKEN, api_url=github.url + path)
    return Client(context, patience=Patience.usual(backoff=0), between_writes=0)


def fault(method, path, status, *, times=1, message="", after=False, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "method": method,
        "path": path,
        "status": status,
        "message": message,
        "headers": names,
        "times": times,
        "after": after,
    }
