"""The worker: runs due jobs. APScheduler gives the tick and nothing else; what is due is asked of the database."""

from service.worker.loop import Worker

__all__ = ["Worker"]
