"""What is said about values that cannot be taken, by the codes of ``read_facts``."""

from typing import Final


def N_(text: str) -> str:
    """Mark a text for the catalogues without translating it here: gettext's own name for that."""
    return text


PROBLEMS: Final = {
    "missing-choice": N_('Choose one of the answers. "I don\'t know" is one too.'),
    "missing-text": N_('Type the name, or choose "I don\'t know".'),
    "not-a-choice": N_("This is none of the possible answers. Please choose one of them."),
    "not-a-domain": N_(
        "This does not look like a mail address or a domain. A domain has a dot, "
        "like proseware.com."
    ),
    "not-a-host": N_(
        "This does not look like a server's name. It has letters, digits and dots, "
        "like smtp.proseware.com."
    ),
    "not-a-port": N_("A port is a number from 1 to 65535, mostly 25, 465 or 587."),
    "not-a-code": N_("A code is what a mail server answers: 550, or 5.7.1."),
    "too-long": N_("This is too long. Please type one address or domain at most."),
    "too-many": N_("Please type ten recipients at most."),
    "telex": N_("This name has Vietnamese letters in it. Did the keyboard change what you typed?"),
    "no-text": N_("There is no text yet. Paste the error, or the whole message that came back."),
    "not-a-text": N_("The error is a text between quotation marks."),
    "too-much-text": N_(
        "This is more than 256 KB. The part with the error, or the first page, is enough."
    ),
    "no-object-with-text": N_('Send one JSON object with a text, for example {"text": "550 …"}.'),
    "not-an-object": N_('Send one JSON object with facts, for example {"place": "home"}.'),
}
