"""Signing in: by a password of ours, or by an identity provider's word."""
