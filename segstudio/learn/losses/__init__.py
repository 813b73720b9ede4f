"""Losses and target assignment of the published systems, one module each."""
