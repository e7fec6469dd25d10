"""Bulk data for demonstrations and measurements: projects that are copies of some that were really taken to their stage."""

from service.seeding.sowing import Progress, Sown, sow

__all__ = ["Progress", "Sown", "sow"]
