"""What machines ask about this one: is it alive, can it work, what was counted."""
