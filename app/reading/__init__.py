"""Read pasted errors: text in, reason and facts out.  Pure, standard library only.

>>> from app.reading import read
>>> read("550 5.7.1 Unable to relay").reason
'relay-denied'
"""

from .commands import Command, PortTest
from .reader import LARGEST, Candidate, Evidence, Reading, TooLong, read

__all__ = ["LARGEST", "Candidate", "Command", "Evidence", "PortTest", "Reading", "TooLong", "read"]
