"""Texts with values in braces, found again in what was said in English when the values had been put in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property


class Phrases:
    """A table of texts such as "Delete {n} objects".

    Args:
        texts: As translators see them.
        forms: What a value looks like, as a regular expression without a group, by its name; else anything.
    """

    def __init__(self, texts: Iterable[str], forms: Mapping[str, str] | None = None) -> None:
        self._texts, self._forms = tuple(texts), dict(forms or {})

    def find(self, said: str) -> tuple[str, dict[str, str]] | None:
        """Return the text that was said and its values by their names, None where the table has none such."""
        for text, names, form in self._patterns:
            found = form.fullmatch(said)
            if found is not None:
                return text, dict(zip(names, found.groups(), strict=True))
        return None

    @cached_property
    def _patterns(self) -> list[tuple[str, list[str], re.Pattern[str]]]:
        """The texts with their names and what finds them: the fewer loose values and the more words, the earlier."""
        made = []
        for text in self._texts:
            parts = re.split(r"\{(\w+)\}", text)
            form = "".join(f"({self._forms.get(p, '.+')})" if i % 2 else re.escape(p) for i, p in enumerate(parts))
            loose = sum(name not in self._forms for name in parts[1::2])
            made.append((loose, -sum(map(len, parts[::2])), text, parts[1::2], re.compile(form, re.DOTALL)))
        return [(text, names, form) for _, _, text, names, form in sorted(made, key=lambda m: m[:2])]
