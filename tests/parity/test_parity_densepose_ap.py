"""Geodesic point similarity and its average precision against the published evaluation."""

from __future__ import annotations

import base64
import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from oracles import Oracle
from scipy.io import savemat

from segstudio.cli.main import main
from segstudio.core import masks
from segstudio.learn import densepose as scoring

pytestmark = pytest.mark.oracle("densepose_coco_eval")


def body(oracle: Oracle) -> scoring.Body:
    given = oracle.inputs
    uv = np.stack((given["subdiv_u"], given["subdiv_v"]), 1)
    return scoring.Body(given["subdiv_part"], uv, given["pdist_transform"] - 1, given["pdist_condensed"])


@pytest.fixture
def files(oracle: Oracle, tmp_path: Path) -> tuple[Path, Path, Path]:
    """The ground truth, the results and the folder of the surface, as they are published."""
    given = oracle.inputs
    truth, found = tmp_path / "truth.json", tmp_path / "results.json"
    data = {**oracle.settings["ground_truth"], "categories": [{"id": 1, "name": "person"}]}
    truth.write_text(json.dumps(data))
    rows = []
    for i, (box, score, picture) in enumerate(zip(given["dt_bbox"], given["dt_score"], given["dt_image_id"])):
        iuv = given[f"dt_iuv_{i}"]
        _, png = cv2.imencode(".png", np.ascontiguousarray(iuv[::-1].transpose(1, 2, 0)))
        rows.append(
            {"image_id": int(picture), "category_id": 1, "bbox": box.tolist(), "score": float(score),
             "uv_shape": list(iuv.shape), "uv_data": base64.b64encode(png).decode()}
        )  # fmt: skip
    found.write_text(json.dumps(rows))
    folder = tmp_path / "surface"
    folder.mkdir()
    columns = {"Part_ID_subdiv": "subdiv_part", "U_subdiv": "subdiv_u", "V_subdiv": "subdiv_v"}
    savemat(folder / scoring.FILES[0], {key: given[name][:, None] for key, name in columns.items()})
    savemat(folder / scoring.FILES[1], {"index": given["pdist_transform"][:, None]})
    (folder / scoring.FILES[2]).write_bytes(pickle.dumps({"Pdist_matrix": given["pdist_condensed"][:, None]}, 2))
    return truth, found, folder


def test_files_are_scored_from_the_command_line(oracle: Oracle, files, capsys) -> None:
    truth, found, folder = files
    assert main(["eval", str(truth), str(found), "--task", "densepose", "--body", str(folder), "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    for mode in ("GPS", "GPSM", "IOU"):
        assert scores[f"AP by {mode}"] == pytest.approx(float(oracle.outputs[f"{mode}_stats"][0]), abs=1e-9)
    (folder / scoring.FILES[2]).unlink()
    assert main(["eval", str(truth), str(found), "--task", "densepose", "--body", str(folder)]) != 0
    assert scoring.FILES[2] in capsys.readouterr().err
    assert main(["eval", str(truth), str(found), "--task", "densepose", "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert alone["AP"] == pytest.approx(float(oracle.outputs["IOU_stats"][0])) and "only masks" in alone["warnings"][0]


def people(oracle: Oracle) -> dict[int, list]:
    truth = oracle.settings["ground_truth"]
    found: dict[int, list] = {image["id"]: [] for image in truth["images"]}
    for a in truth["annotations"]:
        points = np.array([a.get(f"dp_{k}", []) for k in "xyIUV"], np.float64).T.reshape(-1, 5)
        mask = None
        if a.get("dp_masks"):
            parts = [masks.from_coco(rle, 256, 256) for rle in a["dp_masks"] if rle]
            mask = masks.paste(masks.union(*parts), 256, 256)
        person = scoring.Person(np.array(a["bbox"]), points, mask)
        found[a["image_id"]].append((person, a["area"], bool(a["iscrowd"])))
    return found


def results(oracle: Oracle) -> dict[int, list]:
    given = oracle.inputs
    found: dict[int, list] = {}
    for i, (box, score, picture) in enumerate(zip(given["dt_bbox"], given["dt_score"], given["dt_image_id"])):
        found.setdefault(int(picture), []).append((scoring.Found(box, given[f"dt_iuv_{i}"]), float(score)))
    return found


@pytest.mark.parametrize("mode", scoring.MODES)
def test_precision_and_recall(oracle: Oracle, mode: scoring.Mode) -> None:
    got, want, name = (
        scoring.average_precision(people(oracle), results(oracle), body(oracle), mode),
        oracle.outputs,
        mode.upper(),
    )
    numbers = [-1.0 if value is None else value for value in got.numbers.values()]
    np.testing.assert_allclose(numbers, want[f"{name}_stats"], atol=1e-9)
    np.testing.assert_allclose(got.precision, want[f"{name}_precision"], atol=1e-9)
    np.testing.assert_allclose(got.recall, want[f"{name}_recall"], atol=1e-9)


@pytest.mark.parametrize(("mode", "key"), [("gps", "gps"), ("iou", "mask_iou")])
def test_similarities(oracle: Oracle, mode: scoring.Mode, key: str) -> None:
    got = scoring.average_precision(people(oracle), results(oracle), body(oracle), mode).similar
    for picture, several in people(oracle).items():
        annotated = [j for j, (person, _, _) in enumerate(several) if len(person.points)]
        want = oracle.outputs[f"{key}_{picture}"]
        np.testing.assert_allclose(got[picture][:, annotated], want[:, annotated], atol=1e-6)


def test_distances_of_a_pair(oracle: Oracle) -> None:
    want = oracle.outputs
    for name in [name for name in want if name.startswith("pair") and name.endswith("_dist")]:
        picture, truth = name.removeprefix("pair").removesuffix("_dist").split("_")
        best = max(results(oracle)[int(picture)], key=lambda pair: pair[1])[0]
        person = people(oracle)[int(picture)][int(truth)][0]
        got = scoring.distances(person, best, body(oracle))
        np.testing.assert_allclose(np.where(np.isinf(got), -1, got), want[name], atol=1e-6)
        assert scoring.gps(person, best, body(oracle)) == pytest.approx(float(want[name.replace("_dist", "_gps")]))
