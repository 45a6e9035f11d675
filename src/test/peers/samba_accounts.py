"""Accounts of a new domain controller, by Samba's own library: one process instead of a dozen.

samba_accounts.py SMB_CONF PASSWORD SERVICE_KEYTAB USER_KEYTAB

Makes the users alice and grace, of whom grace is in 300 groups; the account of the mail server's
service principal name; and two services that act for users: svc-web may do so towards the mail
server, whoever the user is, and svc-other towards nobody. Writes their keys into keytabs.
"""

import sys

import ldb
from samba import dckeytab  # noqa: F401, adds export_keytab to Net
from samba.auth import system_session
from samba.dsdb import UF_NORMAL_ACCOUNT, UF_TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION
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
services = {"svc-web": "HTTP/web." + lp.get("realm").lower(), "svc-other": "HTTP/other"}

db.set_pwdProperties("0")
db.transaction_start()
for user in ("alice", "grace", "svc-mail", *services):
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
for user, name in services.items():
    account = ldb.Message(ldb.Dn(db, f"CN={user},CN=Users,{base}"))
    values = {
        "servicePrincipalName": name,
        "msDS-SupportedEncryptionTypes": aes_only,
        # For svc-web a user's own sign-in need not have been by Kerberos.
        "userAccountControl": str(
            UF_NORMAL_ACCOUNT
            | (UF_TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION if user == "svc-web" else 0)
        ),
    }
    if user == "svc-web":
        values["msDS-AllowedToDelegateTo"] = service
    for attribute, value in values.items():
        account[attribute] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, attribute)
    db.modify(account)
    db.setpassword(f"(sAMAccountName={user})", password)
db.transaction_commit()

net = Net(None, lp)
net.export_keytab(keytab=service_keytab, principal=service)
for user in ("alice", "grace", *services):
    net.export_keytab(keytab=user_keytab, principal=user)
