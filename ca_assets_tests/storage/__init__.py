"""Tests of the lake, the index (one contract suite for all stores) and exports."""
