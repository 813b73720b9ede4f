"""Interactive segmentation without a trained network: numpy and OpenCV, pictures in, masks out; no Qt, no torch."""
