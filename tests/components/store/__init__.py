"""Tests of the store: what it promises, and what it does when the disk does not keep its word."""
