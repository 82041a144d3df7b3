"""What people choose as a file: a text, a saved email, a picture of the error; bytes in, text out.

Nothing is written to a disk, and nothing outlives the call.
"""

from .documents import PICTURE, UNREADABLE, document_text, kind_of
from .pictures import Pictures, Unreadable

__all__ = ["PICTURE", "UNREADABLE", "Pictures", "Unreadable", "document_text", "kind_of"]
