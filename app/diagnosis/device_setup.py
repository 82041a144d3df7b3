"""Tell whether a device can set an account up by itself: only from settings that are published."""

from __future__ import annotations

from ..knowledge import Provider
from .situation import Situation


def autoconfig_provider(situation: Situation) -> Provider | None:
    """Return the provider whose published settings make a whole account, None without one."""
    provider = situation.provider
    whole = provider and provider.incoming and provider.has_login
    return provider if whole else None


def profile_provider(situation: Situation) -> Provider | None:
    """Return the provider that a configuration profile can be made for.

    A profile's mail payload knows passwords only, so none is made where a sign-in window is the
    only way (Apple, device management: com.apple.mail.managed).
    """
    provider = autoconfig_provider(situation)
    return provider if provider and provider.sign_in != "oauth-only" else None
