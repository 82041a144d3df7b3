"""How many wrong codes the whole service takes in a day, whoever sends them.

The database counts them, so all workers and machines agree, and a restart forgets none.  It is
written only when a code fits nothing: a code that fits costs one row to read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection, select

from .counts import Key, add_counts
from .database import Database
from .schema import counts

WHAT = "code"
"""What it is counted under, for the whole service and not by portal."""


class CodeBudget:
    """Wrong codes of a day.

    :param amount: how many there may be
    :param today: tells the day that is counted on
    """

    def __init__(self, database: Database, amount: int, today: Callable[[], date]) -> None:
        self.amount = amount
        self._database = database
        self._today = today

    def remaining(self) -> int:
        """Return how many more there may be today.

        :raise DatabaseUnavailable: it does not answer
        """
        with self._database.reading() as connection:
            return max(0, self.amount - self._spent(connection))

    def spend(self) -> bool:
        """Count a wrong code, and tell whether it was the last of the budget.

        :raise DatabaseUnavailable: it does not answer
        """
        with self._database.writing() as connection:
            add_counts(connection, {self._key(): 1})
            return self._spent(connection) == self.amount

    def _spent(self, connection: Connection) -> int:
        names = (counts.c.day, counts.c.portal, counts.c.what, counts.c.value)
        row = [name == value for name, value in zip(names, self._key(), strict=True)]
        return int(connection.execute(select(counts.c.number).where(*row)).scalar() or 0)

    def _key(self) -> Key:
        return self._today(), "", WHAT, "missed"
