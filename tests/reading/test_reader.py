"""The reader never fails, gives correct places, and takes linear time."""

import random
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.knowledge.wordings import REASONS
from app.reading import LARGEST, Reading, TooLong, read
from tests.reading.corpus import pastes, replies
from tests.reading.fuzz import HOSTILE, fill
from tests.reading.fuzz import texts as fuzzed

PIECES = [
    "550 ",
    "554 5.7.1 ",
    "550-5.7.1 ",
    "<a@b.example>",
    ": Relay access denied",
    "\n",
    "\r\n",
    "> ",
    "=3D",
    "=\n",
    "&lt;",
    "<p>",
    "Server: '",
    "Port: 25, ",
    "Secure(SSL): No",
    "0x800CCC79",
    "Diagnostic-Code: smtp; ",
    "Final-Recipient: rfc822; ",
    "said: ",
    "máy chủ: ",
    "リレー拒否",
    "Content-Transfer-Encoding: base64\n\n",
    "QUJDREVGRw==\n",
    "=?utf-8?B?QUJD?=",
    "\u200b",
    "\x00",
    "\ud800",
    "authentication failed",
    "host a.b.example[192.0.2.1] said: ",
    "🙂",
    "'",
]


def check(text: str) -> Reading:
    reading = read(text)
    assert reading.reason in (*REASONS, "other", "unknown")
    assert 0 <= reading.confidence <= 1
    assert reading.refused_by in ("own-server", "recipient-server", "unknown")
    assert all(other.reason != reading.reason for other in reading.alternatives)
    for evidence in reading.evidence:
        assert 0 <= evidence.start < evidence.end <= len(text)
    port = reading.facts["port"]
    assert port is None or (isinstance(port, int) and 0 < port < 65536)
    return reading


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=30).map("".join))
@example("")
@example("550")
@example("\ud800")
def test_any_text_is_read(text: str) -> None:
    check(text)


@pytest.mark.no_cover
@given(st.randoms(use_true_random=False), st.sampled_from((*replies(), *pastes())))
def test_any_broken_text_is_read(chance: random.Random, case: object) -> None:
    letters = list(case.text)  # type: ignore[attr-defined]
    for _ in range(chance.randrange(1, 12)):
        place = chance.randrange(len(letters))
        letters[place : place + chance.randrange(4)] = chance.choice(PIECES)
    check("".join(letters))


def test_evidence_points_to_its_words() -> None:
    text = "Chào anh,\n> 554 5.7.1 <lan@adatum.com>: Relay access denied\n"
    found = {evidence.why: text[evidence.start : evidence.end] for evidence in check(text).evidence}
    assert found == {
        "reason": "Relay access denied",
        "reply_code": "554",
        "enhanced_status": "5.7.1",
        "recipient_domain": "adatum.com",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("550", 550),
        ("lỗi 550", 550),
        ("Mã lỗi 553 là gì?", 553),
        ("554 5.7.1", 554),
        ("Negative SMTP reply: 553.", 553),
        ("it says error 550 when I send mail", 550),
    ],
)
def test_a_code_alone_says_what_it_may_mean(text: str, code: int) -> None:
    reading = check(text)
    assert (reading.reason, reading.facts["reply_code"]) == ("unknown", code)
    meant = [other.reason for other in reading.alternatives]
    assert meant[0] == "relay-denied"
    assert len(meant) > 1


@pytest.mark.parametrize(
    "text",
    ["12550", "Phòng 401", "550 USD", "550 EUR, 250 USD", "HTTP 500 web page", "bus 554 at noon"],
)
def test_another_number_is_no_code(text: str) -> None:
    assert check(text).reason == "none"


def test_a_code_with_one_meaning_is_that() -> None:
    assert check("lỗi 535").reason == "authentication-failed"


def test_a_close_alternative_is_named() -> None:
    reading = read("553 Sender is not allowed to relay emails with this From, use your own address")
    close = {reading.reason, reading.alternatives[0].reason}
    assert close == {"relay-denied", "sender-not-allowed"}
    assert reading.alternatives[0].confidence <= reading.confidence < 0.8


def test_the_limit_counts_bytes() -> None:
    assert check("a" * LARGEST).reason == "none"
    for text in ("a" * (LARGEST + 1), "ạ" * (LARGEST // 3 + 1)):
        with pytest.raises(TooLong):
            read(text)


@pytest.mark.no_cover
@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_reading_takes_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        text = fill(piece, size)
        times = []
        for _ in range(4):
            begun = time.process_time()
            read(text)
            times.append(time.process_time() - begun)
        return min(times)  # the others were disturbed

    small, large = seconds(LARGEST // 8), seconds(LARGEST - 8)
    # Eight times the text: twenty leaves room for a busy machine, square growth would be 64.
    assert large <= 20 * small + 0.02


@pytest.mark.no_cover
def test_broken_texts_raise_nothing() -> None:
    for text in fuzzed(3000, seed=20261124):
        check(text)


EXIM = (
    "A message that you sent could not be delivered to one or more of its recipients. This is a "
    "permanent error. The following address(es) failed:\n\nkhach@adatum.vn\nUnrouteable address"
)


def test_ones_own_server_that_finds_no_way_is_not_the_recipients() -> None:
    told = read(EXIM)
    assert (told.reason, told.refused_by) == ("unknown-domain", "own-server")
    assert read("550 Unrouteable address").reason == "unknown-recipient"


def test_a_server_that_answers_was_reached() -> None:
    log = "SMTPC: received error code. [550] (8000) ERR:\nSMTPC: connection closed. (801) ERR:"
    told = read(log)
    assert told.facts["reply_code"] == 550
    assert "no-connection" not in (told.reason, *(other.reason for other in told.alternatives))
    assert read("421 4.4.1 Connection timed out").reason == "no-connection"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SSL operation failed with code 1: certificate verify failed", "tls-failed"),
        ("SMTP error: wrong version number, SSL routines", "tls-failed"),
        ("Client host rejected: Blacklisted user: me@fabrikam.com", "account-blocked"),
    ],
)
def test_the_newer_reasons(text: str, reason: str) -> None:
    assert read(f"An error occurred while sending mail: {text}").reason == reason


@pytest.mark.parametrize(
    ("text", "sends"),
    [
        ("Scan to email stopped on the copier: 535 5.7.8 authentication failed", "device"),
        ("WordPress: SMTP Error: Could not connect to SMTP host.", "website"),
        ("smtplib: 535 5.7.8 authentication failed", "software"),
        ("Mail on my phone: 535 5.7.8 authentication failed", None),
        ("Server: 'smtp.proseware.com', Port: 25, Error Number: 0x800CCC79, from a copier", None),
    ],
)
def test_what_sends_by_itself_is_told_by_its_words(text: str, sends: str | None) -> None:
    assert read(text).sends == sends


def test_settings_without_an_error_are_known_all_the_same() -> None:
    told = read("We set Outgoing server: smtp.proseware.com, Port: 465, and it does not work.")
    assert told.reason == "unknown"
    assert (told.facts["server"], told.facts["port"]) == ("smtp.proseware.com", 465)
    assert read("My port: 465").facts["port"] is None


def test_spam_that_is_denied_is_silence() -> None:
    assert (
        read("No failure notice, but nobody gets my mails, not in spam either.").reason == "silent"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("I can receive but cannot send my mail since I'm in the hotel", {"place": "away"}),
        ("Since I turned the VPN on, Thunderbird does not send my mail", {"vpn": "yes"}),
        ("Em ở khách sạn, nhận được mail mà không gửi được", {"place": "away"}),
        ("Outlook 2016 của em không gửi mail được", {"program": "outlook-classic"}),
        ("web bán hàng của em gửi mail báo lỗi", {"program": "website"}),
        ("Over 4G my mails are not sent, on wifi they are", {"place": "mobile"}),
        ("We have no VPN and we can't send any email", {"vpn": "no"}),
    ],
)
def test_peoples_own_words_tell_facts(text: str, told: dict[str, str]) -> None:
    reading = read(text)
    assert reading.reason == "unknown"
    assert told.items() <= reading.told.items()
    for fact, value in told.items():
        assert any(evidence.why == fact for evidence in reading.evidence), value


@pytest.mark.parametrize(
    "text",
    [
        "The hotel deals of this week. Unsubscribe from our newsletter.",
        "I work from home and love it.",
        "Xin lỗi em không gửi kịp thư hôm qua.",
    ],
)
def test_other_matters_are_no_complaint(text: str) -> None:
    reading = read(text)
    assert (reading.reason, dict(reading.told)) == ("none", {})


@pytest.mark.parametrize(
    "text",
    [
        "imap-login: Disconnected (auth failed, 1 attempts): user=<pat@fabrikam.com>",
        "550 User unknown\n552 Mailbox full\n554 Rejected\nWhat these SMTP errors mean",
        "$ telnet mail.fabrikam.com\n220 ready\nHELO x\n250 ok\nQUIT\n221 Bye\nConnection closed",
    ],
)
def test_what_is_no_failure_to_send_is_none(text: str) -> None:
    assert read(text).reason == "none"
