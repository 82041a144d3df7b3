"""The policies to be tried: each is one more smtpd of the same Postfix, on a port of its own.

It is the server of proseware.com, the ISP. What a policy leaves open is said by MAIN_CF.
"""

HOME_NETWORK = "127.0.10.0/24"
WORK_NETWORK = "127.0.20.0/24"
HOTEL_NETWORK = "127.0.30.0/24"

USER = "kim@proseware.com"
PASSWORD = "correct horse"

_CUSTOMERS_MAY_RELAY = {
    "smtpd_relay_restrictions": (
        "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination"
    ),
    "smtpd_sasl_auth_enable": "yes",
}
_AUTH_AFTER_TLS = {
    **_CUSTOMERS_MAY_RELAY,
    "smtpd_tls_security_level": "may",
    "smtpd_tls_auth_only": "yes",
}

POLICIES: dict[str, dict[str, str]] = {
    "strict": {"smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination"},
    "debian-default": {
        "smtpd_relay_restrictions": (
            "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination"
        ),
    },
    "login": _CUSTOMERS_MAY_RELAY,
    "login-after-tls": _AUTH_AFTER_TLS,
    "tls-required": {**_AUTH_AFTER_TLS, "smtpd_tls_security_level": "encrypt"},
    "submission": {
        **_AUTH_AFTER_TLS,
        "smtpd_client_restrictions": "permit_sasl_authenticated, reject",
    },
    "sender-owner": {
        **_AUTH_AFTER_TLS,
        "smtpd_sender_login_maps": f"inline:{{ {USER}={USER}, kim@adatum.com=pat@adatum.com }}",
        "smtpd_sender_restrictions": "permit_mynetworks, reject_sender_login_mismatch",
    },
    "reply-to-rule": {"cleanup_service_name": "cleanup-reply-to"},
    "pop-before-smtp": {
        "smtpd_relay_restrictions": (
            "check_client_access cidr:$pop_clients, reject_unauth_destination"
        ),
        # A process reads the table once: let it serve one client.
        "max_use": "1",
    },
    "allow-list": {
        "smtpd_relay_restrictions": (
            f"check_client_access cidr:{{ {{ {HOTEL_NETWORK} OK }} }}, reject_unauth_destination"
        ),
    },
    "discard": {"smtpd_recipient_restrictions": "check_recipient_access static:DISCARD"},
    "work-server": {"mynetworks": WORK_NETWORK, "rewrite_service_name": "rewrite-work"},
}

HELPERS: dict[str, tuple[str, dict[str, str]]] = {
    "cleanup-reply-to": (
        "n - n - 0 cleanup",
        {"header_checks": "regexp:{ { /^Reply-To:.*@adatum[.]com/ REJECT Reply-To not yours } }"},
    ),
    # Which domains are a server's own is not for smtpd to know: it asks this service.
    "rewrite-work": ("- - n - - trivial-rewrite", {"mydestination": "thephone-company.com"}),
}
"""Services that some policies have for themselves: columns 3 to 8 of master.cf, and settings."""
