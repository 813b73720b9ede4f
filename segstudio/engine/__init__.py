"""Jobs, devices, and the way from pictures to annotations. Plain threads, no Qt; torch loads with the first model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segstudio.core.lazy import names

if TYPE_CHECKING:
    from segstudio.engine.device import Device as Device
    from segstudio.engine.device import devices as devices
    from segstudio.engine.engine import Engine as Engine
    from segstudio.engine.engine import Prediction as Prediction
    from segstudio.engine.ingest import Rules as Rules
    from segstudio.engine.job import Event as Event
    from segstudio.engine.job import Job as Job
    from segstudio.engine.job import Noted as Noted
    from segstudio.engine.job import Progress as Progress
    from segstudio.engine.job import Progressed as Progressed
    from segstudio.engine.job import StateChanged as StateChanged
    from segstudio.engine.pipeline import Report as Report
    from segstudio.engine.pipeline import Skipped as Skipped
    from segstudio.engine.prompting import Answer as Answer
    from segstudio.engine.prompting import Prompt as Prompt

__getattr__, __dir__ = names(
    __name__,
    {
        "device": "Device devices",
        "engine": "Engine Prediction",
        "ingest": "Rules",
        "job": "Event Job Noted Progress Progressed StateChanged",
        "pipeline": "Report Skipped",
        "prompting": "Answer Prompt",
    },
)
