"""Cases on the screen: opened by a code, kept, sent back."""
