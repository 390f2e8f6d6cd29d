"""A headless Chromium, driven over the DevTools protocol's pipe: no network, no package beside the browser itself."""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# What a page does is done at once; a browser that says nothing for so long is broken.
SECONDS = 60
_FLAGS = (
    "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--force-device-scale-factor=1", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--proxy-server=127.0.0.1:9",
)  # fmt: skip


def chromium():
    """Return the browser's path, None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


# The protocol's pipe has the numbers 3 and 4 in the browser; a shell knows no source above 9.
_AT_3_AND_4 = """import fcntl, os, sys
read, write = (fcntl.fcntl(int(fd), fcntl.F_DUPFD, 10) for fd in sys.argv[1:3])
os.dup2(read, 3), os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])"""
_LOADED = """new Promise(done =>
  document.readyState === "complete" ? done(1) : addEventListener("load", () => done(1)))"""


class Page:
    """One page: what is evaluated in it, and what it said on its console."""

    def __init__(self, browser, session):
        self._browser = browser
        self._session = session
        self.console = []
        self.requests = []

    def call(self, method, **params):
        return self._browser.call(method, params, self._session, self)

    def open(self, path, width, height=800):
        """Show the file in a window so wide; return when it is loaded."""
        self.call("Page.enable")
        self.call("Runtime.enable")
        self.call("Log.enable")
        self.call("Network.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Page.navigate", url=path.resolve().as_uri())
        self.evaluate(_LOADED)

    def evaluate(self, expression):
        """Return what the expression gives, awaited; raise AssertionError for what it throws."""
        done = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def press(self, key):
        """Press and release a key, as a person does."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_KEYS[key], **text)

    def picture(self):
        """Return the whole page as PNG."""
        height = self.evaluate("Math.ceil(document.documentElement.scrollHeight)")
        width = self.evaluate("innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(shot["data"])

    def heard(self, message):
        """Keep what the page says by itself."""
        method, params = message.get("method"), message.get("params", {})
        if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.console.append(params)
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])


_KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40}


class Browser:
    """The browser's process, and the pipe to it."""

    def __init__(self, process, write, read):
        self._process = process
        self._write = write
        self._read = read
        self._buffer = b""
        self._last = 0

    def page(self):
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        return Page(self, session)

    def call(self, method, params, session=None, page=None):
        """Send a command, and return its result; what comes before is told to the page."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            if page is not None:
                page.heard(answer)

    def _next(self):
        while b"\0" not in self._buffer:
            part = os.read(self._read, 1 << 20)
            assert part, "the browser ended"
            self._buffer += part
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)


@contextmanager
def browser():
    """Start the browser, and end it with the block."""
    path = chromium()
    assert path is not None, f"none of {', '.join(NAMES)} is on PATH; install Debian's package chromium"
    (to_it, ours), (theirs, from_it) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        command = [sys.executable, "-c", _AT_3_AND_4, str(to_it), str(from_it), path, *_FLAGS]
        command.append(f"--user-data-dir={profile}")
        silent = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        process = subprocess.Popen(command, pass_fds=(to_it, from_it), **silent)
        os.close(to_it)
        os.close(from_it)
        try:
            yield Browser(process, ours, theirs)
        finally:
            process.kill()
            process.wait(SECONDS)
            os.close(ours)
            os.close(theirs)
