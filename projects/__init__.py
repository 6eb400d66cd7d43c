"""Deals in a pipeline, and the projects that won deals become."""
