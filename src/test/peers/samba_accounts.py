"""Accounts of a new domain controller, by Samba's own library: one process instead of a dozen.

samba_accounts.py SMB_CONF PASSWORD SERVICE_KEYTAB USER_KEYTAB

Makes the users alice and grace, of whom grace is in 300 groups, and the account of the mail
server's service principal name; writes their keys into keytabs.
"""

import sys

import ldb
from samba import dckeytab  # noqa: F401, adds export_keytab to Net
from samba.auth import system_session
from samba.net import Net
from samba.param import LoadParm
from samba.samdb import SamDB

conf, password, service_keytab, user_keytab = sys.argv[1:]
lp = LoadParm()
lp.load(conf)
db = SamDB(session_info=system_session(), lp=lp)
base = db.get_default_basedn()
service = "smtp/mail." + lp.get("realm").lower()
aes_only = "24"

db.set_pwdProperties("0")
db.transaction_start()
for user in ("alice", "grace", "svc-mail"):
    db.newuser(user, password)
for number in range(1, 301):
    db.add(
        {
            "dn": f"CN=group{number},CN=Users,{base}",
            "objectClass": "group",
            "sAMAccountName": f"group{number}",
            "member": f"CN=grace,CN=Users,{base}",
        }
    )
account = ldb.Message(ldb.Dn(db, f"CN=svc-mail,CN=Users,{base}"))
for name, value in (
    ("servicePrincipalName", service),
    ("msDS-SupportedEncryptionTypes", aes_only),
):
    account[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
db.modify(account)
# The keys that an account has are made when its password is set.
db.setpassword("(sAMAccountName=svc-mail)", password)
db.transaction_commit()

net = Net(None, lp)
net.export_keytab(keytab=service_keytab, principal=service)
for user in ("alice", "grace"):
    net.export_keytab(keytab=user_keytab, principal=user)
