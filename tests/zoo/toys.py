"""Cards, servers and wheels to play with."""

from __future__ import annotations

import hashlib
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from segstudio.zoo.spec import Card, Source, WeightFile


def card_for(content: bytes, *sources: Source, name: str = "toy", **changes) -> Card:
    """Return a card with one weights file of that content."""
    file = WeightFile(
        name="toy.bin",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        licence="CC0-1.0",
        origin="this test",
        sources=sources,
    )
    card = Card(
        name=name,
        title="Toy",
        task="boxes",
        description="A toy.",
        builder="detection.faster_rcnn:build",
        licence="CC0-1.0",
        labels="coco-91",
        weights=(file,),
    )
    return msgspec.structs.replace(card, **changes)


class Server:
    """An HTTP server on this machine that serves one content, and misbehaves on request.

    Attributes:
        content: What it serves.
        ranges: The Range headers that it saw, None for a request without one.
        cut: The next replies stop after so many bytes though more were announced.
        status: Answer with this status instead.
        deaf: Ignore Range headers, as some servers do.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.ranges: list[str | None] = []
        self.cut: list[int] = []
        self.status = 0
        self.deaf = False
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_GET(self) -> None:
                owner._answer(self)

            def log_message(self, *args: object) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/toy.bin"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        if self.status:
            request.send_error(self.status)
            return
        start = 0
        if asked and not self.deaf:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(self.content):
                request.send_error(416)
                return
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        else:
            request.send_response(200)
        body = self.content[start:]
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if self.cut:
            body = body[: self.cut.pop(0)]
        request.wfile.write(body)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def has(tool: str) -> bool:
    """Return whether a program is on the path."""
    return shutil.which(tool) is not None
