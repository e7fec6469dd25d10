"""Automatic steps of the call activities that several regulations use."""
