"""What is said about values that cannot be taken, by the codes of ``read_facts``."""

from typing import Final


def N_(text: str) -> str:
    """Mark a text for the catalogues without translating it here: gettext's own name for that."""
    return text


PROBLEMS: Final = {
    "missing-choice": N_('Choose one of the answers. You can also choose "I don\'t know".'),
    "missing-text": N_('Please type the name, or choose "I don\'t know".'),
    "not-a-choice": N_("What you entered isn't one of the answers. Please choose one of them."),
    "not-a-domain": N_(
        "What you typed doesn't look like an email address or domain. A domain has a "
        "dot, like proseware.com."
    ),
    "not-a-host": N_(
        "What you typed doesn't look like a server name. Server names have letters, "
        "digits and dots, like smtp.proseware.com."
    ),
    "not-a-port": N_("A port is a number from 1 to 65535, usually 25, 465 or 587."),
    "not-a-code": N_("Please enter a code from the server's answer, such as 550 or 5.7.1."),
    "too-long": N_("What you typed is too long. Please enter one address or domain."),
    "too-many": N_("Please enter no more than ten recipients."),
    "telex": N_("This name has Vietnamese letters in it. Did your keyboard change what you typed?"),
    "no-text": N_(
        "You haven't entered any text yet. Paste the error message, or the whole returned email."
    ),
    "not-a-text": N_("The error message must be a string."),
    "too-much-text": N_("Your text is larger than 256 KB. The part with the error is enough."),
    "no-pictures": N_(
        "Pictures can't be read here. Please type what the error message in the picture says."
    ),
    "empty-picture": N_(
        "We couldn't read any text in this picture. A sharper picture of the error message alone "
        "may help, or type what it says."
    ),
    "large-picture": N_(
        "This picture has too many pixels. A picture of the error message alone is enough."
    ),
    "broken-picture": N_("This picture is damaged. Please take it again, or type what it says."),
    "slow-picture": N_(
        "Reading this picture took too long. A picture of the error message alone is quicker."
    ),
    "too-many-pictures": N_(
        "You have sent many pictures. Please try again in {minutes} minutes, or type what the "
        "error message says."
    ),
    "pictures-busy": N_(
        "Many pictures are being read just now. Please try again in a minute, or type what the "
        "error message says."
    ),
    "unreadable-file": N_(
        "We can't read this kind of file. Choose a saved email (.eml or .msg), a text, or a "
        "picture (PNG or JPEG)."
    ),
    "no-object-with-text": N_('Send one JSON object with a text, for example {"text": "550 …"}.'),
    "not-an-object": N_('Send one JSON object with facts, for example {"place": "home"}.'),
}
