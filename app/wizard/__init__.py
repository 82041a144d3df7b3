"""The wizard's pages: start, what a paste says, one question a page, plan."""
