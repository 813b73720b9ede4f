"""segstudio: label pictures and video, run vision models on them, correct what they see."""

__version__ = "0.1.0"
