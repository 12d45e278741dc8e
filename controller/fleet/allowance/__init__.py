"""How much evidence of one customer's machines is taken in (trust.md "Limits"): a machine that sends without
end fills neither our disk nor what its customer's other machines may need."""

from enum import Enum
from uuid import UUID

from controller.fleet.allowance.store import DAYS, taken_since
from controller.storage import Storage

MIB = 1024 * 1024
LIMIT_BYTES = 16_384 * MIB


class Lack(Enum):
    """Why there is no room for it."""

    QUOTA = "customer_quota"
    DISK = "controller_disk_tight"


class Allowance:
    """Asked before anything is stored. What several streams send at the same moment may go beyond the limit
    by as much as they send at once."""

    def __init__(self, storage: Storage, limit_bytes: int = LIMIT_BYTES) -> None:
        self._storage = storage
        self.limit_bytes = limit_bytes

    @property
    def in_words(self) -> str:
        """The limit, for the agent's log and for facts."""
        return f"at most {self.limit_bytes // MIB} MiB of a customer's machines in {DAYS} days"

    async def lacks(self, machine_id: UUID, size_bytes: int) -> bool:
        """Whether that much more would be beyond what its customer may send in 30 days (by UTC)."""
        today = self._storage.clock.now().date()
        async with self._storage.reading() as connection:
            return await taken_since(connection, machine_id, today) + size_bytes > self.limit_bytes
