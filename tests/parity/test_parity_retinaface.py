"""RetinaFace against its published code: network, anchors, decoding, and what its predictor makes of a picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from oracles import Oracle, close

from segstudio.core.results import Faces
from segstudio.zoo import Catalog, Context, Options, load_published
from segstudio.zoo.blocks import retinaface
from segstudio.zoo.systems.faces.retinaface import RetinaFacePredictor

pytestmark = pytest.mark.oracle("retinaface_mobilenet025", "retinaface_resnet50")

CARDS = {"mobilenet0.25": "retinaface-mobilenet-leaky", "Resnet50": "retinaface-resnet50"}
THRESHOLD, OVERLAP, MOST, KEPT = 0.02, 0.4, 5000, 750  # of the published detect.py


def predictor(oracle: Oracle) -> RetinaFacePredictor:
    """Return the card's model with the oracle's weights, wrapped as training on several GPUs leaves them."""
    how = oracle.settings["constructor"]
    card = Catalog().get(CARDS[how["name"]])
    assert list(card.settings["min_sizes"]) == how["min_sizes"]
    assert card.settings["strides"] == how["steps"]
    assert card.settings["variance"] == how["variance"]
    assert card.settings["width"] == how["out_channel"]
    model = load_published(card, {f"module.{key}": value for key, value in oracle.state.items()})
    assert isinstance(model, RetinaFacePredictor)
    return model


def anchors(oracle: Oracle) -> tuple[retinaface.Anchors, torch.Tensor, tuple[int, int]]:
    how = oracle.settings["constructor"]
    kind = retinaface.Anchors(tuple(how["steps"]), tuple(map(tuple, how["min_sizes"])), tuple(how["variance"]))
    height, width = oracle.inputs["image"].shape[2:]
    return kind, kind.on((height, width), "cpu"), (height, width)


def test_the_network_gives_the_published_output(oracle: Oracle) -> None:
    model = predictor(oracle)
    with torch.inference_mode():
        shifts, logits, points = model.network(torch.from_numpy(oracle.inputs["image"]))
    close(shifts, oracle.outputs["loc"])
    close(logits, oracle.outputs["conf_logits"])
    close(logits.softmax(-1), oracle.outputs["conf"])
    close(points, oracle.outputs["landms"])


def test_pictures_are_prepared_as_published(oracle: Oracle) -> None:
    model = predictor(oracle)
    [batch] = model.prepare([np.ascontiguousarray(oracle.inputs["image_u8"][:, :, ::-1])])
    close(batch.pixels * oracle.settings["input_scale"], oracle.inputs["image"], 1e-6)


@pytest.mark.parametrize("case", ["", "case_"])
def test_anchors_and_decoding_are_the_published(oracle: Oracle, case: str) -> None:
    kind, found, size = anchors(oracle)
    close(found, oracle.outputs["priors"], 1e-6)
    given = oracle.inputs if case else oracle.outputs
    shifts, conf, points = (torch.from_numpy(given[case + name])[0] for name in ("loc", "conf", "landms"))
    boxes = retinaface.decode(shifts, found, kind.variance, size)
    marks = retinaface.decode_points(points, found, kind.variance, size)
    close(boxes, oracle.outputs[case + "boxes"], 1e-5)
    close(marks.flatten(1), oracle.outputs[case + "landmarks"], 1e-5)
    kept = retinaface.select(boxes, conf[:, 1], THRESHOLD, OVERLAP, MOST)[:KEPT]
    assert np.array_equal(kept.numpy(), oracle.outputs[case + "dets_index"])
    rows = torch.cat((boxes[kept], conf[kept, 1:], marks[kept].flatten(1)), 1)
    close(rows, oracle.outputs[case + "dets"], 1e-5)


def test_the_predictor_returns_the_published_faces(oracle: Oracle) -> None:
    model = predictor(oracle)
    scale = oracle.settings["input_scale"]
    picture = np.ascontiguousarray(oracle.inputs["image_u8"][:, :, ::-1])
    batches = [batch._replace(pixels=batch.pixels * scale) for batch in model.prepare([picture])]
    options = Options(threshold=THRESHOLD, max_instances=KEPT)
    [[faces]] = model.decode(model.forward(batches, options, Context()), [picture], options)
    assert isinstance(faces, Faces)
    wanted = oracle.outputs["dets"]
    height, width = picture.shape[:2]
    close(faces.boxes, np.clip(wanted[:, :4], 0, [width, height, width, height]), 1e-4)
    close(faces.scores, wanted[:, 4], 1e-4)
    close(faces.landmarks.reshape(-1, 10), wanted[:, 5:], 1e-4)
