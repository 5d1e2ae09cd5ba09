"""Versions and groups that share stored objects with another: one file per pair."""
