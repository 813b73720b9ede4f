"""Models that transformers builds: from their own files, and what the competition between queries decides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("transformers", reason="an optional part")

from segstudio.core.errors import WeightsError
from segstudio.core.results import PanopticMap, SemanticMap
from segstudio.zoo import Catalog, Options, add_file, load
from segstudio.zoo.blocks import waiting
from segstudio.zoo.predictor import untrained
from segstudio.zoo.spec import Card
from segstudio.zoo.systems.pretrained import maps

CARDS = [card.name for card in Catalog() if card.builder.startswith("pretrained.")]


def frames(*sizes: tuple[int, int]) -> list[np.ndarray]:
    rng = np.random.default_rng(4)
    return [rng.integers(0, 256, (*size, 3), np.uint8) for size in sizes]


def saved(card: Card, folder: Path, **change) -> list[Path]:
    """Write a tiny network as transformers does; return the files that the card names."""
    torch.manual_seed(2)
    config, network = (getattr(maps.transformers, name) for name in maps.KINDS[card.settings["kind"]])
    made = network(config(**{**card.tiny["config"], **change}))
    made.save_pretrained(folder)
    weights = next(file.name for file in card.weights if file.name.endswith(("safetensors", "bin")))
    if weights.endswith(".bin"):
        torch.save(made.state_dict(), folder / weights)
    for name, text in (("vocab.json", '{"<|startoftext|>": 0, "<|endoftext|>": 1}'), ("merges.txt", "#version: 0.2\n")):
        (folder / name).write_text(text)
    return [folder / file.name for file in card.weights]


@pytest.mark.parametrize("name", CARDS)
def test_a_picture_becomes_a_map_of_its_size(name: str) -> None:
    torch.manual_seed(1)
    model = untrained(Catalog().get(name))
    pictures = frames((70, 90), (70, 90), (120, 50), (1, 1))
    for (found,), picture in zip(model.predict(pictures, Options(threshold=0.0)), pictures, strict=True):
        assert isinstance(found, SemanticMap | PanopticMap)
        assert found.map.shape == picture.shape[:2]
        if isinstance(found, PanopticMap):
            assert set(np.unique(found.map)) - {0} == set(found.segments)
    assert model.look(pictures[0])


@pytest.mark.parametrize("name", CARDS)
def test_the_librarys_own_files_are_loaded(name: str, tmp_path: Path) -> None:
    card = Catalog().get(name)
    for path in saved(card, tmp_path):
        add_file(card, path)
    model = load(name)
    (found,) = model.predict(frames((64, 96)), Options(threshold=0.0))[0]
    assert found.map.shape == (64, 96)


def test_another_number_of_classes_and_missing_tensors_are_named(tmp_path: Path) -> None:
    card = Catalog().get("segformer-b0-cityscapes")
    for path in saved(card, tmp_path, num_labels=5):
        add_file(card, path)
    with pytest.raises(WeightsError, match=r"5 classes apart, the card of SegFormer B0 .Cityscapes. names 19"):
        load(card)
    for path in saved(card, tmp_path):
        if path.name == "config.json":
            path.write_text(path.read_text().replace('"decoder_hidden_size": 16', '"decoder_hidden_size": 24'))
        add_file(card, path)
    with pytest.raises(WeightsError, match=r"SegFormer|load this model"):
        load(card)


def test_the_likelier_mask_wins_and_what_nobody_claims_is_nobodys() -> None:
    masks = torch.full((2, 4, 4), -9.0)
    masks[0, :, :3] = 9
    masks[1, :, 2:] = 9
    masks[1, 3] = -9
    winner, claims = maps.compete(masks, torch.tensor([0.9, 0.6]), 4, 4)
    assert winner[0].tolist() == [0, 0, 0, 1] and winner[3].tolist() == [0, 0, 0, -1]
    assert claims.tolist() == [12, 6]
    winner, _ = maps.compete(masks, torch.tensor([0.9, -1.0]), 4, 4)
    assert winner[0].tolist() == [0, 0, 0, -1], "what is not kept wins nothing"


def test_segments_that_lost_most_of_their_mask_go_and_stuff_is_one_segment() -> None:
    torch.manual_seed(1)
    model = untrained(Catalog().get("mask2former-swin-tiny"))
    names = [label.name for label in model.classes.labels]
    person, sky = names.index("person"), next(i for i, label in enumerate(model.classes.labels) if not label.thing)
    classes = torch.full((4, len(names) + 1), -9.0)
    for query, kind in enumerate((person, person, sky, sky)):
        classes[query, kind] = 9 - query
    masks = torch.full((4, 8, 8), -9.0)
    masks[0, :4], masks[1, :5], masks[2, 5:, :4], masks[3, 5:, 4:] = 9, 8, 9, 9
    (found,) = model.decode([(classes, masks)], frames((8, 8)), Options(threshold=0.5))[0]
    kinds = [model.classes.by_id(label).name for label, _ in found.segments.values()]
    assert kinds == ["person", names[sky]], "of the second person only a fifth is left"
    assert (found.map[:4] == 1).all() and (found.map[4] == 0).all() and (found.map[5:] == 2).all()


def test_with_all_queries_in_the_competition_the_map_is_the_same() -> None:
    generator = torch.Generator().manual_seed(3)
    model = untrained(Catalog().get("mask2former-swin-tiny"))
    model.overlap = 0.05
    # Flatter than this nothing would be above the threshold.
    classes = 6 * torch.randn((30, len(model.classes.labels) + 1), generator=generator)
    masks = 3 * torch.randn((30, 8, 12), generator=generator)
    for most in (100, 4):
        options = Options(threshold=0.6, max_instances=most)
        (short,) = model.decode([(classes, masks)], frames((40, 50)), options)[0]
        with waiting.as_on_a_device():
            (long,) = model.decode([(classes, masks)], frames((40, 50)), options)[0]
        assert len(short.segments) > 1
        assert short.segments == long.segments
        np.testing.assert_array_equal(short.map, long.map)
