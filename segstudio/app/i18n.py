"""The words of the interface in the person's language; the English text is the key.

Translations are Qt's: `resources/translations/segstudio_<language>.ts` is what translators edit; the .qm file beside it
is made from it by `scripts/translations.py`. A switch takes effect at once: what widgets show is exchanged text by
text, and whatever is put together from numbers and names is said anew by those who said it (`Language.changed`).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from xml.etree import ElementTree

from PySide6.QtCore import QCoreApplication, QDateTime, QLibraryInfo, QLocale, QObject, QTranslator, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QTabBar,
    QWidget,
)

CONTEXT = "segstudio"
FOLDER = files("segstudio.resources") / "translations"
# As their speakers write them.
LANGUAGES = {"en": "English", "ko": "한국어"}


def tr(text: str, /, **values: object) -> str:
    """Return a text in the current language.

    Args:
        text: English, as it stands in the code; with `{name}` for each value.
        values: What is put in. Numbers may carry a format: `{n:,}`.
    """
    shown = QCoreApplication.translate(CONTEXT, text)
    return shown.format(**values) if values else shown


def later(text: str, /) -> str:
    """Return a text as it is, and mark it as one that `tr` will be asked for by its name."""
    return text


def moment(seconds: float, form: str = later("HH:mm")) -> str:
    """Return a time of this place, with the names of months as the current language has them.

    Args:
        seconds: Since 1970, UTC.
        form: A text of the interface, in Qt's letters for dates: "d MMM, HH:mm".
    """
    locale = QLocale(_current[0].name if _current else "en")
    return locale.toString(QDateTime.fromSecsSinceEpoch(int(seconds)), tr(form))


@cache
def catalog(language: str) -> dict[str, str]:
    """Return the translations of a language by their English texts; of English none."""
    if language == "en":
        return {}
    root = ElementTree.fromstring((FOLDER / f"segstudio_{language}.ts").read_text("utf-8"))
    pairs = ((m.findtext("source", ""), m.findtext("translation", "")) for m in root.iter("message"))
    return {source: translation for source, translation in pairs if translation}


class Language(QObject):
    """The application's language.

    Attributes:
        chosen: "system", "en" or "ko": what the person chose.
        name: "en" or "ko": what that means now.

    Signals:
        changed: Everything must be said anew.
    """

    changed = Signal()

    def __init__(self, app: QApplication, chosen: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self.chosen = chosen
        self.name = "en"
        self._translators: list[QTranslator] = []
        self.choose(chosen)

    def choose(self, chosen: str) -> None:
        """Switch to "system" or a language."""
        self.chosen = chosen
        wanted = QLocale.system().name().partition("_")[0] if chosen == "system" else chosen
        name = wanted if wanted in LANGUAGES else "en"
        if name == self.name:
            return
        old, self.name = self.name, name
        for translator in self._translators:
            self._app.removeTranslator(translator)
        self._translators = [] if name == "en" else self._load(name)
        _exchange(old, name)
        self.changed.emit()

    def _load(self, name: str) -> list[QTranslator]:
        found = []
        # Qt's own dialogs first: the last one that is installed is asked first.
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for file, folder in ((f"qtbase_{name}", qt), (f"segstudio_{name}", str(FOLDER))):
            translator = QTranslator(self._app)
            if translator.load(file, folder):
                self._app.installTranslator(translator)
                found.append(translator)
        return found


_current: list[Language] = []


def install(app: QApplication, chosen: str = "system") -> Language:
    """Give an application its language; a second call switches the one that is there."""
    if _current and _current[0].parent() is app:
        _current[0].choose(chosen)
    else:
        _current[:] = [Language(app, chosen)]
    return _current[0]


def language() -> Language:
    """Return the application's language."""
    return _current[0]


def menu_title(text: str, letter: str) -> str:
    """Return a menu's title with the letter, if any, that opens it with Alt: in its name, or behind it."""
    if not letter:
        return text
    at = text.lower().find(letter.lower())
    return f"{text[:at]}&{text[at:]}" if at >= 0 else f"{text}(&{letter.upper()})"


def bare(title: str) -> tuple[str, str]:
    """Return what `menu_title` made a title of."""
    at = title.find("&")
    if at < 0:
        return title, ""
    letter = title[at + 1 : at + 2]
    return title.replace(f"(&{letter})", "").replace("&", ""), letter


def _exchange(old: str, new: str) -> None:
    """Exchange the words of one language, wherever a widget shows them alone, for those of another."""
    english = {shown: source for source, shown in catalog(old).items()}
    known = set(catalog("ko" if old == "en" else old))

    def other(text: str) -> str | None:
        source = english.get(text) or (text if text in known else None)
        return None if source is None else catalog(new).get(source, source)

    for widget in QApplication.allWidgets():
        _exchange_widget(widget, other)
        for action in widget.findChildren(QAction):
            for read, write in ((action.text, action.setText), (action.toolTip, action.setToolTip)):
                if (text := other(read())) is not None:
                    write(text)


def _exchange_widget(widget: QWidget, other) -> None:
    pairs = [
        (widget.toolTip, widget.setToolTip),
        (widget.accessibleName, widget.setAccessibleName),
        (widget.windowTitle, widget.setWindowTitle),
    ]
    match widget:
        case QLabel() | QAbstractButton():
            pairs.append((widget.text, widget.setText))
        case QLineEdit():
            pairs.append((widget.placeholderText, widget.setPlaceholderText))
        case QGroupBox():
            pairs.append((widget.title, widget.setTitle))
        case QComboBox():
            for i in range(widget.count()):
                if (text := other(widget.itemText(i))) is not None:
                    widget.setItemText(i, text)
        case QTabBar():
            for i in range(widget.count()):
                if (text := other(widget.tabText(i))) is not None:
                    widget.setTabText(i, text)
        case QMenu():
            name, underlined = bare(widget.title())
            if (text := other(name)) is not None:
                widget.setTitle(menu_title(text, underlined))
    for read, write in pairs:
        if (text := other(read())) is not None:
            write(text)
