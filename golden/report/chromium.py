"""A headless Chromium, driven through the DevTools protocol over a pair of pipes: no port, no WebSocket, no package."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any


class ChromiumError(Exception):
    """The browser did not do what it was asked to."""


class Chromium:
    """A browser process of this program's own; it ends with the `with` block, whatever happens.

    Every wait ends at the deadline, so that a browser that hangs is an error and not a hanging check.
    """

    def __init__(self, seconds: float, program: str = "chromium") -> None:
        self.deadline = time.monotonic() + seconds
        self.events: list[dict[str, Any]] = []
        self._program = program
        self._next = 0
        self._buffer = b""

    def __enter__(self) -> Chromium:
        self._folder = tempfile.TemporaryDirectory(prefix="ferry-chromium-")
        self._log = Path(self._folder.name, "log").open("wb")
        commands_in, self._commands = os.pipe()
        self._answers, answers_out = os.pipe()
        arguments = [
            self._program, "--headless", "--remote-debugging-pipe", f"--user-data-dir={self._folder.name}/profile",
            "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "about:blank",
        ]  # fmt: skip
        if os.geteuid() == 0:
            arguments.insert(1, "--no-sandbox")
        # Chromium reads commands at descriptor 3 and writes answers to descriptor 4.
        launch = f'exec "$0" "$@" 3<&{commands_in} 4>&{answers_out}'
        self._process = subprocess.Popen(
            ["bash", "-c", launch, *arguments],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
            pass_fds=(commands_in, answers_out), start_new_session=True,
        )  # fmt: skip
        os.close(commands_in)
        os.close(answers_out)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._commands)  # asks it to go
        patience = time.monotonic() + 5
        # It is looked at without being reaped, so that its number cannot become another process's before the kill.
        while time.monotonic() < patience and not os.waitid(
            os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT
        ):
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # its own session: this browser and its children
        self._process.wait()
        os.close(self._answers)
        self._log.close()
        self._folder.cleanup()

    def log(self) -> str:
        """The last lines that the browser itself wrote."""
        text = Path(self._folder.name, "log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-10:])

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Sends a command and waits for its answer; events that come meanwhile are kept."""
        self._next += 1
        message: dict[str, Any] = {"id": self._next, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self._commands, data) :]
        except BrokenPipeError:
            raise ChromiumError(f"the browser ended\n{self.log()}") from None
        while True:
            answer = self._receive()
            if answer.get("id") == self._next:
                if "error" in answer:
                    raise ChromiumError(f"{method}: {answer['error'].get('message')}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method: str, session: str) -> dict[str, Any]:
        """Waits for an event, which may have come already."""
        while True:
            for event in self.events:
                if event.get("method") == method and event.get("sessionId") == session:
                    self.events.remove(event)
                    return event["params"]
            self.events.append(self._receive())

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                raise ChromiumError(f"the browser did not answer in time\n{self.log()}")
            part = os.read(self._answers, 1 << 20)
            if not part:
                raise ChromiumError(f"the browser ended\n{self.log()}")
            self._buffer += part
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)


class Page:
    """A page in a browser, with what it said to the console and what it asked for."""

    def __init__(self, browser: Chromium) -> None:
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session: str = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Sends a command to this page."""
        return self.browser.call(method, self.session, **parameters)

    def show(self, width: int, *, dark: bool = False, paper: bool = False) -> None:
        """Sets the width of the window in pixels, the colour scheme and the medium."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=False
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media="print" if paper else "screen", features=[scheme])

    def open(self, address: str) -> None:
        """Loads a page and waits until it is there."""
        failure = self.call("Page.navigate", url=address).get("errorText")
        if failure:
            raise ChromiumError(f"{address}: {failure}")
        self.browser.wait_for("Page.loadEventFired", self.session)

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise ChromiumError(f"a script failed in the page: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def complaints(self) -> list[str]:
        """What the page wrote to the console as an error, and what it asked of the network."""
        found: list[str] = []
        for event in self.browser.events:
            method, values = event.get("method"), event.get("params", {})
            if method == "Log.entryAdded" and values["entry"]["level"] == "error":
                found.append(f"console: {values['entry']['text']}")
            elif method == "Runtime.consoleAPICalled" and values["type"] in ("error", "assert"):
                found.append(f"console: {values['args']}")
            elif method == "Runtime.exceptionThrown":
                found.append(f"exception: {values['exceptionDetails'].get('text')}")
            elif method == "Network.requestWillBeSent":
                address = values["request"]["url"]
                if not address.startswith(("file:", "data:", "about:")):
                    found.append(f"request: {address}")
        return found
