"""Write the configuration of a Postfix, and of a Dovecot for its logins and for POP3.

Everything is in one directory. Whatever is accepted goes to one Maildir there, whoever it is for:
no mail leaves the machine.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.relay.policies import HELPERS, HOME_NETWORK, PASSWORD, POLICIES, USER

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {root}/postfix.log
maillog_file_prefixes = {root}
myhostname = mail.proseware.com
mydestination = proseware.com
# By default all of loopback is trusted.
mynetworks = {home_network}
inet_interfaces = loopback-only
inet_protocols = ipv4
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_tls_chain_files = {root}/server.pem
pop_clients = {root}/pop_clients
local_recipient_maps =
local_transport = virtual
default_transport = virtual
virtual_mailbox_domains =
virtual_mailbox_base = {root}
virtual_mailbox_maps = static:mail/
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
"""

MASTER_CF = """\
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
virtual unix - n n - - virtual
retry unix - - n - - error
"""

DOVECOT_CONF = """\
{accounts}
base_dir = {root}/dovecot
state_dir = {root}/dovecot
log_path = {root}/dovecot.log
protocols = pop3
listen = {address}
ssl = no
auth_mechanisms = plain login
service auth {{
  unix_listener {root}/queue/private/auth {{
    mode = 0666
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3_port}
  }}
}}
service pop3 {{
  executable = pop3 pop3-postlogin
}}
service pop3-postlogin {{
  executable = script-login {root}/remember-client
  unix_listener pop3-postlogin {{
  }}
}}
# A wrong password is to be answered at once.
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""

ACCOUNTS_OF_DOVECOT_2_3 = """\
disable_plaintext_auth = no
mail_location = maildir:{root}/inbox
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {root}/users
}}
userdb {{
  driver = static
  args = uid={nobody} gid={nobody} home={root}/inbox
}}
"""

ACCOUNTS_OF_DOVECOT_2_4 = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {root}/inbox
passdb passwd-file {{
  passwd_file_path = {root}/users
  default_password_scheme = PLAIN
}}
userdb static {{
  fields {{
    uid = {nobody}
    gid = {nobody}
    home = {root}/inbox
  }}
}}
"""

REMEMBER_CLIENT = """\
#!/bin/sh
echo "$IP OK" >>{root}/pop_clients
exec "$@"
"""

NOBODY = 65534


def write_configuration(
    root: Path, address: str, ports: Mapping[str, int], pop3_port: int, dovecot_version: str
) -> None:
    """Fill the directory `root` with all that the servers need, except a certificate."""
    # Neither server works as root all the time: their users must get through to their files.
    root.chmod(0o711)
    owners: dict[str, str | int] = {
        "conf": 0,
        "queue": 0,
        "data": "postfix",
        "mail": NOBODY,
        "inbox": NOBODY,
    }
    for name, owner in owners.items():
        (root / name).mkdir()
        shutil.chown(root / name, owner)

    values = {"root": root, "address": address, "pop3_port": pop3_port, "nobody": NOBODY}
    values["home_network"] = HOME_NETWORK
    old = dovecot_version.startswith("2.3.")
    accounts = ACCOUNTS_OF_DOVECOT_2_3 if old else ACCOUNTS_OF_DOVECOT_2_4
    values["accounts"] = accounts.format(**values)
    (root / "conf/main.cf").write_text(MAIN_CF.format(**values))
    (root / "conf/master.cf").write_text(MASTER_CF + "".join(_services(address, ports)))
    (root / "dovecot.conf").write_text(DOVECOT_CONF.format(**values))
    (root / "users").write_text(f"{USER}:{PASSWORD}\n")
    (root / "pop_clients").touch()
    (root / "remember-client").write_text(REMEMBER_CLIENT.format(**values))
    (root / "remember-client").chmod(0o755)


def _services(address: str, ports: Mapping[str, int]) -> Iterator[str]:
    """Yield the lines of master.cf that the policies ask for."""
    for policy, port in ports.items():
        yield f"{address}:{port} inet n - n - - smtpd{_options(POLICIES[policy])}\n"
    for name, (columns, settings) in HELPERS.items():
        yield f"{name} unix {columns}{_options(settings)}\n"


def _options(settings: Mapping[str, str]) -> str:
    return "".join(f" -o {{ {name} = {value} }}" for name, value in settings.items())
