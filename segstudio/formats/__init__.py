"""Annotation files: one module a format, one row each in the registry."""
