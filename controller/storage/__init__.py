"""Where rows are kept: engines for SQLite and PostgreSQL, instants, the unit of work, migrations.

Never imports a room: the rooms' tables register themselves on `metadata`, and `app.py` sees that all have.
"""

from sqlalchemy.ext.asyncio import AsyncConnection as Connection

from controller.storage.engine import Storage
from controller.storage.locks import take_turn
from controller.storage.tables import UtcDateTime, metadata
from controller.storage.unit import Dispatcher, Unit

__all__ = ["Connection", "Dispatcher", "Storage", "Unit", "UtcDateTime", "metadata", "take_turn"]
