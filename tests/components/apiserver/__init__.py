"""Tests of the API server: the pipeline in one simulated world, and its doors."""
