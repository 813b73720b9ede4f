"""The rules of the undo history; where its steps are kept is the store's business."""

from __future__ import annotations

from collections.abc import Sequence

MERGE_SECONDS = 0.5
BUDGET = 512 * 1024 * 1024  # bytes of stored steps


def merges(last_key: str, last_time: float, key: str, now: float) -> bool:
    """Return whether a step joins the one before it: the same kind of nudge, in quick succession."""
    return bool(key) and key == last_key and 0 <= now - last_time <= MERGE_SECONDS


def first_kept(sizes: Sequence[int], budget: int = BUDGET) -> int:
    """Return how many of the oldest steps must go so that the rest fit the budget; the newest always stays."""
    total = sum(sizes)
    dropped = 0
    while total > budget and dropped < len(sizes) - 1:
        total -= sizes[dropped]
        dropped += 1
    return dropped
