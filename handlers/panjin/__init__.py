"""Automatic steps of the Panjin measures for city government-IT projects, one topic a file."""
