"""The View menu."""

from __future__ import annotations

from segstudio.app.table.spec import Spec, row

ROWS: tuple[Spec, ...] = (
    row("view.fit", "Fit Picture", "frame-corners", "Ctrl+F", "view.fit", "picture"),
    row("view.actual", "100 %", "number-circle-one", "Ctrl+0 Ctrl+=", "view.actual_size", "picture"),
    row("view.zoom_in", "Zoom In", "magnifying-glass-plus", "Ctrl++", "view.zoom:1.25", "picture"),
    row("view.zoom_out", "Zoom Out", "magnifying-glass-minus", "Ctrl+-", "view.zoom:0.8", "picture"),
    row("|view.toggle", "Show Overlays", "eye", "T Ctrl+H", "view.toggle_all", "picture", "shown"),
    row("view.masks", "Masks", "paint-brush", "", "view.layer:masks", "", "layer:masks"),
    row("view.boxes", "Boxes", "bounding-box", "", "view.layer:boxes", "", "layer:boxes"),
    row("view.keypoints", "Keypoints", "person", "", "view.layer:keypoints", "", "layer:keypoints"),
    row("view.labels", "Labels and Scores", "tag", "", "view.layer:labels", "", "layer:labels"),
    row("view.maps", "Maps", "map-trifold", "", "view.layer:maps", "", "layer:maps"),
    row("view.dense", "DensePose", "person-simple", "", "view.layer:dense", "", "layer:dense"),
    row("view.rejected", "Rejected Predictions", "prohibit", "", "view.toggle_rejected", "", "rejected"),
    row("|view.instances", "Mode: Instances", "polygon", "", "view.mode:instances", "", "mode:instances"),
    row("view.panoptic", "Mode: Panoptic", "puzzle-piece", "", "view.mode:panoptic", "", "mode:panoptic"),
    row("view.densepose", "Mode: DensePose", "person-simple", "", "view.mode:densepose", "", "mode:densepose"),
    row("|view.by_class", "Colour by Class", "palette", "", "view.color:class", "", "color:class"),
    row("view.by_instance", "Colour by Object", "palette", "", "view.color:instance", "", "color:instance"),
    row("view.by_track", "Colour by Track", "palette", "", "view.color:track", "", "color:track"),
    row("|view.rulers", "Rulers", "ruler", "Ctrl+Shift+R", "view.toggle:rulers", "", "on:rulers"),
    row("view.magnifier", "Magnifier", "magnifying-glass", "Ctrl+Alt+M", "view.toggle:magnifier", "", "on:magnifier"),
    row("view.grid", "Grid", "grid-four", "Ctrl+'", "view.toggle_grid", "", "grid"),
    row("view.key_pointer", "Pointer by Keys", "crosshair", "F8", "view.toggle:key_pointer", "", "on:key_pointer"),
    row("view.plain", "Show the Picture as It Is", "sun-dim", "", "view.plain"),
    row("|view.system", "Theme: Follow the System", "circle-half", "", "view.theme:system", "", "theme:system"),
    row("view.light", "Theme: Light", "sun", "", "view.theme:light", "", "theme:light"),
    row("view.dark", "Theme: Dark", "moon", "", "view.theme:dark", "", "theme:dark"),
    row("|view.lang_system", "Language: Follow the System", "globe", "", "view.language:system", "", "language:system"),
    row("view.lang_en", "Language: English", "globe", "", "view.language:en", "", "language:en"),
    row("view.lang_ko", "Language: 한국어 (Korean)", "globe", "", "view.language:ko", "", "language:ko"),
    row("|view.full", "Full Screen", "corners-out", "F11", "view.full_screen"),
    row("view.reset", "Reset the Layout", "layout", "", "view.reset_layout"),
)
