"""An operator's settings: read once, refused clearly."""

import pytest

from app.settings import Settings


def test_from_the_environment() -> None:
    assert Settings.from_environment({}) == Settings()
    told = Settings.from_environment({"PAGE_CACHE": "0", "PUBLIC_URL": "https://mail.example/"})
    assert told == Settings(0, "https://mail.example")


@pytest.mark.parametrize("wrong", [{"PAGE_CACHE": "-1"}, {"PUBLIC_URL": "mail.example"}])
def test_what_cannot_be_meant_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings.from_environment(wrong)
