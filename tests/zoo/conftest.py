"""What the zoo's tests share: cards of their own, real weights where they are, a server on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from toys import Server

from segstudio.zoo import Catalog, weights
from segstudio.zoo.spec import Card

# Where the reference data keeps the starter pack's files.
_SHARED = {
    "u2netp.onnx": "u2netp",
    "movenet_lightning.tflite": "movenet_openpibo",
    "pnet.pt": "mtcnn_facenet_pytorch",
    "rnet.pt": "mtcnn_facenet_pytorch",
    "onet.pt": "mtcnn_facenet_pytorch",
}


@pytest.fixture
def starter(real_cache: Path) -> Callable[[str], Card]:
    """Return a function that brings a starter card's real files into this test's cache, or skips the test."""

    def bring(name: str) -> Card:
        catalog = Catalog()
        card = catalog.get(name)
        shared = Path(__file__).resolve().parents[3] / "shared" / "weights"
        for part in catalog.parts(card):
            for file in part.weights:
                places = [real_cache / "weights" / part.name / file.name]
                if file.name in _SHARED:
                    places.append(shared / _SHARED[file.name] / file.name)
                found = next((place for place in places if place.is_file()), None)
                if found is None:
                    pytest.skip(f"{file.name} of {part.name} is not here (segstudio models fetch {part.name})")
                target = weights.path_of(part, file)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(found)
        return card

    return bring


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of 600,000 bytes."""
    one = Server(hashlib.shake_128(b"toy").digest(600_000))
    yield one
    one.close()


@pytest.fixture
def no_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any package client."""
    monkeypatch.setattr("segstudio.zoo.packages.clients", lambda: iter(()))
