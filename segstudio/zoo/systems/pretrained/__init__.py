"""Models that the library transformers builds and reads."""
