"""What an export hides in copies of the pictures: the fields, and how the shown picture would look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segstudio.app.i18n import later, tr
from segstudio.app.option_fields import OptionField, option_field
from segstudio.app.settings import Settings
from segstudio.app.tools.options import Option
from segstudio.app.widgets import button, label, row
from segstudio.core import hiding
from segstudio.core.annotation import REJECTED, Annotation
from segstudio.core.geometry import Box
from segstudio.core.hiding import Hiding
from segstudio.core.labels import Category

if TYPE_CHECKING:
    from segstudio.engine.hiding import HiddenCopies

HOW = Option(
    "how", later("How"), "choice", "blur",
    choices=(
        ("blur", later("Blur")), ("pixelate", later("Pixelate")),
        ("average", later("Mean colour")), ("black", later("Black")),
    ),
    tip=later("Black and the mean colour leave nothing; blur and blocks leave a trace that software may still use"),
)  # fmt: skip
SHAPE = Option(
    "shape", later("Shape"), "choice", "oval",
    choices=(("oval", later("Oval")), ("box", later("Box")), ("outline", later("Outline"))),
    tip=later("The outline is the mask of an object, where it has one, else its box"),
)  # fmt: skip
FORMAT = Option(
    "format", later("Copies as"), "choice", "png",
    choices=(("png", "PNG"), ("jpg", "JPEG")),
    tip=later("PNG keeps every pixel that is not hidden; JPEG is smaller"),
)  # fmt: skip
STRENGTH = Option(
    "strength", later("Strength"), "int", 20, 5, 100, unit="%",
    tip=later("Spread of the blur, or side of the blocks, as a share of the object's longer side"),
)  # fmt: skip
MARGIN = Option(
    "margin", later("Margin"), "int", 10, 0, 100, unit="%",
    tip=later("Added on every side, as a share of the object's longer side"),
)  # fmt: skip
_OPTIONS = (HOW, SHAPE, FORMAT, STRENGTH, MARGIN)
_SOON = 80  # ms
_PREVIEW = 530, 200  # pixels


class Sample(NamedTuple):
    """The shown picture: uint8 RGB (h, w, 3), not to be written to, and its objects."""

    rgb: np.ndarray
    objects: Sequence[Annotation]


class HidingFields(QWidget):
    """A tick, and below it what to hide and how.

    Args:
        categories: The project's.
        settings: Remember what was chosen.
        sample: Returns the shown picture, None where there is none to show.
    """

    def __init__(self, categories: Sequence[Category], settings: Settings, sample: Callable[[], Sample | None]) -> None:
        super().__init__()
        self._settings = settings
        self._sample = sample
        self._values: dict[str, Any] = {}
        self.on = QCheckBox(tr("Hide faces or other objects in copies of the pictures"))
        self.on.setToolTip(tr("The file is then about the copies; the pictures themselves are only read"))
        self.classes = self._class_list(categories)
        self.folder = QLineEdit()
        self.folder.setAccessibleName(tr("Folder of the copies"))
        self.preview = QLabel()
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName(tr("The shown picture, with its objects hidden"))
        self.fields = {option.name: self._field(option) for option in _OPTIONS}
        self._timer = QTimer(self, singleShot=True, interval=_SOON)
        self._timer.timeout.connect(self.show_preview)
        self._body = self._made()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.on)
        outer.addWidget(self._body)
        self._body.hide()
        self.on.toggled.connect(self._on_toggled)

    def _made(self) -> QWidget:
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(24, 0, 0, 0)
        lines.setSpacing(8)
        lines.addWidget(self.classes)
        for names in (("how", "shape", "format"), ("strength", "margin")):
            lines.addLayout(row(*(self.fields[name] for name in names), None, spacing=16))
        lines.addLayout(row(label(tr("Folder"), "muted"), self.folder, button(tr("Browse…"), self._browse)))
        lines.addWidget(self.preview)
        return body

    def _class_list(self, categories: Iterable[Category]) -> QListWidget:
        from segstudio.engine.hiding import face_classes

        made = QListWidget()
        made.setAccessibleName(tr("Classes to hide"))
        made.setFixedHeight(96)
        known = list(categories)
        faces = face_classes(known)
        for c in sorted(known, key=lambda c: c.id not in faces):
            item = QListWidgetItem(c.name)
            item.setData(Qt.ItemDataRole.UserRole, c.id)
            item.setCheckState(Qt.CheckState.Checked if c.id in faces else Qt.CheckState.Unchecked)
            made.addItem(item)
        made.itemChanged.connect(lambda _: self._timer.start())
        return made

    def _field(self, option: Option) -> OptionField:
        value = option.brought(self._settings.text(f"hide/{option.name}", str(option.default)))

        def choose(value: Any) -> None:
            self._values[option.name] = value
            self._settings.set_text(f"hide/{option.name}", str(value))
            self._timer.start()

        made = option_field(option, choose)
        made.set(value)
        self._values[option.name] = value
        return made

    def chosen(self) -> frozenset[int]:
        """Return the ticked classes."""
        items = (self.classes.item(i) for i in range(self.classes.count()))
        return frozenset(
            item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() == Qt.CheckState.Checked
        )

    def hiding(self) -> Hiding:
        """Return how things are to be hidden."""
        v = self._values
        return Hiding(v["how"], v["shape"], v["strength"] / 100, v["margin"] / 100)

    def value(self, path: Path) -> HiddenCopies | None:
        """Return what an export to a file is to hide, None for nothing."""
        if not self.on.isChecked() or self.isHidden():
            return None
        from segstudio.engine.hiding import HiddenCopies

        folder = Path(self.folder.text()).expanduser() if self.folder.text().strip() else default_folder(path)
        return HiddenCopies(self.chosen(), folder, self.hiding(), self._values["format"])

    def show_path(self, path: Path) -> None:
        """Show where the copies go by default."""
        self.folder.setPlaceholderText(str(default_folder(path)))

    def show_preview(self) -> None:
        """Show the picture, or the part of it where something is hidden."""
        sample = self._sample() if self.on.isChecked() else None
        self.preview.setVisible(sample is not None)
        if sample is not None:
            self.preview.setPixmap(_pixmap(hidden_part(sample, self.chosen(), self.hiding()), self.devicePixelRatioF()))

    def _on_toggled(self, on: bool) -> None:
        self._body.setVisible(on)
        self.show_preview()
        window = self.window()
        window.adjustSize()

    def _browse(self) -> None:
        start = self.folder.text() or str(Path(self.folder.placeholderText()).parent)
        name = QFileDialog.getExistingDirectory(self, tr("Folder of the copies"), start)
        if name:
            self.folder.setText(name)


def default_folder(path: Path) -> Path:
    """Return the folder for the copies that a file is about."""
    return path.with_name(f"{path.stem}_pictures")


def hidden_part(sample: Sample, classes: frozenset[int], how: Hiding) -> np.ndarray:
    """Return what the copy of a picture shows around the hidden objects, or all of it where there are none."""
    height, width = sample.rgb.shape[:2]
    regions = [
        found
        for a in sample.objects
        if a.category in classes and a.review != REJECTED
        if (found := hiding.region(a, how, width, height)) is not None
    ]
    made = sample.rgb.copy()
    for found in regions:
        hiding.hide(made, found, how)
    if not regions:
        return made
    boxes = [Box(r.left, r.top, r.pixels.shape[1], r.pixels.shape[0]) for r in regions]
    around = boxes[0]
    for box in boxes[1:]:
        around = around.union(box)
    left, top, right, bottom = around.padded(max(around.w, around.h) / 2).clipped(width, height).pixels()
    return np.ascontiguousarray(made[top:bottom, left:right])


def _pixmap(rgb: np.ndarray, ratio: float) -> QPixmap:
    height, width = rgb.shape[:2]
    image = QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    most = round(_PREVIEW[0] * ratio), round(_PREVIEW[1] * ratio)
    kept, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    made = QPixmap.fromImage(image.scaled(*most, kept, smooth))
    made.setDevicePixelRatio(ratio)
    return made
