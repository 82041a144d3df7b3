"""Run the production server beside the laboratory, with real ports and real DNS settings.

To be started in a network and a mount namespace of its own; prints the page that a visitor ends at.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from tests.browser.server import running
from tests.discovery.fixtures import config
from tests.discovery.laboratory import laboratory

ASK = (
    "account_domain={}&error=relay-denied&refused_by=own-server&program=thunderbird&place=home"
    "&connection=other&plan=now"
)


def main(folder: Path) -> None:
    """Look one domain up that publishes its settings, and one that nobody knows."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    subprocess.run(
        ["mount", "--bind", folder / "resolv.conf", Path("/etc/resolv.conf").resolve()], check=True
    )
    with laboratory(folder, real=True) as lab:
        own, web = lab.mail("smtp.auto.example"), lab.web("autoconfig.auto.example")
        lab.pages["autoconfig.auto.example", "/mail/config-v1.1.xml"] = (
            200,
            config("smtp.auto.example", "STARTTLS", 587),
        )
        lab.publish(
            f'ready.lab. TXT "yes"\nsmtp.auto.example. A {own}\n'
            f"autoconfig.auto.example. A {web}\nmail.guess.example. A {own}\n",
            53,
        )
        settings = {
            "DISCOVERY": "on",
            "DISCOVERY_NETWORKS": lab.network,
            "DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite3'}",
            "SSL_CERT_FILE": str(lab.certificate_file),
            "WEB_WORKERS": "2",
        }
        with running(folder / "server.log", **settings) as home:
            for domain in ("auto.example", "nothing.example"):
                until = time.monotonic() + 20
                while time.monotonic() < until:
                    with urlopen(f"{home}/en/check?{ASK.format(domain)}") as answer:
                        url, text = answer.url, answer.read().decode()
                    if "data-searching" not in text:
                        break
                    time.sleep(0.1)
                print(domain, "found=" in url, "smtp.auto.example" in text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
