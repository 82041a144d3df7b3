"""Daily budget of unknown codes for the whole service, whoever sends them.

The database counts them, so that all workers and machines share the budget and it survives a
restart.  Only an unknown code is a write; a known one costs one row to read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection, select

from .counts import CountKey, add_counts
from .database import Database
from .schema import counts

EVENT = "code"
"""The counter of unknown codes; it belongs to no portal."""


class CodeBudget:
    """Budget of unknown codes for one day.

    :param amount: codes per day
    :param today: returns the current day
    """

    def __init__(self, database: Database, amount: int, today: Callable[[], date]) -> None:
        self.amount = amount
        self._database = database
        self._today = today

    def remaining(self) -> int:
        """Return how many codes are left for today.

        :raise DatabaseUnavailable: the database does not answer
        """
        with self._database.reading() as connection:
            return max(0, self.amount - self._spent(connection))

    def spend(self) -> bool:
        """Count an unknown code, and return whether it was the last of the budget.

        :raise DatabaseUnavailable: the database does not answer
        """
        with self._database.writing() as connection:
            add_counts(connection, {self._key(): 1})
            return self._spent(connection) == self.amount

    def _spent(self, connection: Connection) -> int:
        names = (counts.c.day, counts.c.portal, counts.c.what, counts.c.value)
        row = [name == value for name, value in zip(names, self._key(), strict=True)]
        return int(connection.execute(select(counts.c.number).where(*row)).scalar() or 0)

    def _key(self) -> CountKey:
        return self._today(), "", EVENT, "missed"
