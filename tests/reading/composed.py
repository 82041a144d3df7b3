"""Pastes put together from a wrapper and a server's reply, so that every fact in them is known.

The wrappers are what mail programs, servers and libraries put around a reply, in their own shape.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from tests.reading.corpus import Case, replies

OWN, THEIRS = "own-server", "recipient-server"
SERVER, PORT, TO = "smtp.proseware.com", 25, "adatum.com"

# Outlook's dialog: the sentence, and the words for rejected address, subject, account, server,
# protocol, response, port, secure, no, server error and number.
OUTLOOK = {
    "en": (
        "The message could not be sent because one of the recipients was rejected by the server.",
        "The rejected e-mail address was",
        "Subject",
        "Account",
        "Server",
        "Protocol",
        "Server Response",
        "Port",
        "Secure(SSL)",
        "No",
        "Server Error",
        "Error Number",
    ),
    "vi": (
        "Không thể gửi thư vì một trong những người nhận đã bị máy chủ từ chối.",
        "Địa chỉ email bị từ chối là",
        "Chủ đề",
        "Tài khoản",
        "Máy chủ",
        "Giao thức",
        "Phản hồi của Máy chủ",
        "Cổng",
        "Bảo mật(SSL)",
        "Không",
        "Lỗi Máy chủ",
        "Số Lỗi",
    ),
    "fr": (
        "Impossible d'envoyer le message car l'un des destinataires a été rejeté par le serveur.",
        "L'adresse de messagerie rejetée était",
        "Objet",
        "Compte",
        "Serveur",
        "Protocole",
        "Réponse du serveur",
        "Port",
        "Sécurisé (SSL)",
        "Non",
        "Erreur du serveur",
        "Numéro d'erreur",
    ),
    "es": (
        "No se pudo enviar el mensaje porque el servidor rechazó uno de los destinatarios.",
        "La dirección de correo electrónico rechazada era",
        "Asunto",
        "Cuenta",
        "Servidor",
        "Protocolo",
        "Respuesta del servidor",
        "Puerto",
        "Seguro (SSL)",
        "No",
        "Error del servidor",
        "Número de error",
    ),
    "de": (
        "Die Nachricht konnte nicht gesendet werden, da einer der Empfänger vom Server "
        "abgelehnt wurde.",
        "Die abgelehnte E-Mail-Adresse lautet",
        "Betreff",
        "Konto",
        "Server",
        "Protokoll",
        "Serverantwort",
        "Port",
        "Sicher (SSL)",
        "Nein",
        "Serverfehler",
        "Fehlernummer",
    ),
    "it": (
        "Impossibile inviare il messaggio. Uno dei destinatari è stato rifiutato dal server.",
        "L'indirizzo di posta elettronica rifiutato è",
        "Oggetto",
        "Account",
        "Server",
        "Protocollo",
        "Risposta del server",
        "Porta",
        "Protezione (SSL)",
        "No",
        "Errore del server",
        "Numero errore",
    ),
    "pt": (
        "Não foi possível enviar a mensagem porque um dos destinatários foi rejeitado pelo "
        "servidor.",
        "O endereço de e-mail rejeitado foi",
        "Assunto",
        "Conta",
        "Servidor",
        "Protocolo",
        "Resposta do servidor",
        "Porta",
        "Seguro (SSL)",
        "Não",
        "Erro do servidor",
        "Número do erro",
    ),
    "ja": (
        "受信者の 1 人がサーバーによって拒否されたため、メッセージを送信できませんでした。",
        "拒否された電子メール アドレス :",
        "件名",
        "アカウント",
        "サーバー",
        "プロトコル",
        "サーバーの応答",
        "ポート",
        "セキュリティ (SSL)",
        "なし",
        "サーバー エラー",
        "エラー番号",
    ),
}

POSTFIX = """From: MAILER-DAEMON@out.proseware.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: hoa@proseware.com

This is the mail system at host out.proseware.com.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<lan@adatum.com>: host mx1.adatum.com[203.0.113.9] said: {reply} (in reply to
    RCPT TO command)

--ABC/out.proseware.com
Content-Type: message/delivery-status

Reporting-MTA: dns; out.proseware.com
Final-Recipient: rfc822; lan@adatum.com
Action: failed
Remote-MTA: dns; mx1.adatum.com
Diagnostic-Code: smtp; {reply}

--ABC/out.proseware.com
Content-Type: message/rfc822

From: hoa@proseware.com
To: minh@contoso.com
Subject: 550 people and a relay
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  lan@adatum.com
    host mx1.adatum.com [203.0.113.9]
    SMTP error from remote mail server after RCPT TO:<lan@adatum.com>:
    {reply}
"""
GOOGLE = """Delivery to the following recipient failed permanently:

     lan@adatum.com

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the server for the recipient
domain adatum.com by mx1.adatum.com. [203.0.113.9].

The error that the other server returned was:
{reply}
"""
LOG = (
    "Nov 24 09:12:01 out postfix/smtp[812]: 4F1C2: to=<lan@adatum.com>, "
    "relay=mx1.adatum.com[203.0.113.9]:25, delay=1.1, dsn=5.0.0, status=bounced "
    "(host mx1.adatum.com[203.0.113.9] said: {reply} (in reply to RCPT TO command))"
)
PROGRAMS = {
    "thunderbird": (
        "An error occurred while sending mail. The mail server responded:  {reply}. Please check "
        'the message recipient "lan@adatum.com" and try again.'
    ),
    "phpmailer": "SMTP Error: The following recipients failed: lan@adatum.com: {reply}",
    "javamail": "com.sun.mail.smtp.SMTPAddressFailedException: {reply}\n\n\tat com.sun.mail.smtp",
    "vietnamese": "Anh ơi em gửi mail cho lan@adatum.com thì bị báo lỗi: {reply}",
    "session": "EHLO may-em\n250 smtp.proseware.com\nMAIL FROM:<hoa@proseware.com>\n250 2.1.0 Ok\n"
    "RCPT TO:<lan@adatum.com>\n{reply}\nQUIT",
}


def composed() -> tuple[Case, ...]:
    """Return the same pastes at every call."""
    chance = random.Random(2026)
    plain = [case for case in replies() if re.match(r"[45]\d\d ", case.text) and _fits(case)]
    relay = [case for case in plain if case.reason == "relay-denied"]
    others = [case for case in plain if case.reason not in ("relay-denied", "other")]
    return tuple(_all(chance.sample(relay, 24) + chance.sample(others, 36)))


def _fits(case: Case) -> bool:
    """Tell whether a reply can stand in any wrapper: no other person's domain in it."""
    return "@" not in case.text and "'" not in case.text and "\n" not in case.text


def _all(chosen: list[Case]) -> Iterator[Case]:
    languages = list(OUTLOOK)
    bounces = {"postfix": POSTFIX, "exim": EXIM, "google": GOOGLE, "log": LOG}
    for number, case in enumerate(chosen):
        facts = _codes(case.text)
        language = languages[number % len(languages)]
        shown = facts | {"server": SERVER, "port": PORT, "security": "none", "recipient_domain": TO}
        shown["outlook_error"] = "0x800CCC79"
        yield _case(case, f"outlook-{language}", _outlook(language, case.text), OWN, shown)
        kind = list(bounces)[number % len(bounces)]
        stated = facts | {"server": "mx1.adatum.com", "recipient_domain": TO}
        yield _case(case, kind, bounces[kind].format(reply=case.text), THEIRS, stated)
        kind = list(PROGRAMS)[number % len(PROGRAMS)]
        named = TO in PROGRAMS[kind]
        stated = facts | ({"recipient_domain": TO} if named else {})
        yield _case(case, kind, PROGRAMS[kind].format(reply=case.text), OWN, stated)


def _case(case: Case, kind: str, text: str, side: str, facts: dict[str, object]) -> Case:
    return Case(case.reason, text, f"{kind}: {case.name}", side, facts)


def _outlook(language: str, reply: str) -> str:
    (
        first,
        rejected,
        subject,
        account,
        server,
        protocol,
        response,
        port,
        secure,
        no,
        error,
        number,
    ) = OUTLOOK[language]
    return (
        f"{first} {rejected} 'lan@adatum.com'. {subject} 'Báo giá', {account}: '{SERVER}', "
        f"{server}: '{SERVER}', {protocol}: SMTP, {response}: '{reply}', {port}: {PORT}, "
        f"{secure}: {no}, {error}: {reply[:3]}, {number}: 0x800CCC79"
    )


def _codes(reply: str) -> dict[str, object]:
    enhanced = re.match(r"\d\d\d ([45]\.\d{1,2}\.\d{1,3})\b", reply)
    return {"reply_code": int(reply[:3])} | ({"enhanced_status": enhanced[1]} if enhanced else {})
