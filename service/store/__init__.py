"""The store: the only importer of SQLAlchemy. Open `tables` for what is kept, `session` for how a transaction begins."""

from sqlalchemy import Connection

from service.store.columns import new_id
from service.store.session import Store

__all__ = ["Connection", "Store", "new_id"]
