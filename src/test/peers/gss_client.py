"""Sends one mail by SMTP AUTH over MIT's GSS-API library, whose ticket cache KRB5CCNAME names.

gss_client.py PORT MECHANISM [OPTION...], MECHANISM as in the AUTH command. Options:
  raw        Kerberos as RFC 4752 has it, where else SPNEGO
  ntlm       NTLM is the first choice of the negotiation, Kerberos the second
  bindings   with channel bindings
  one-way    without mutual authentication
  as=NAME    the authorization identity; default: none
Prints the dialogue, tokens left out; ends with 0 where the mail was taken.
"""

import base64
import smtplib
import sys

import gssapi
from gssapi.raw import ChannelBindings, set_neg_mechs

KERBEROS = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2")
NTLM = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")

port, mechanism, *options = sys.argv[1:]
identity = "".join(o[3:] for o in options if o.startswith("as=")).encode()

flags = gssapi.RequirementFlag.integrity
if "one-way" not in options:
    flags |= gssapi.RequirementFlag.mutual_authentication
credentials = None
if "ntlm" in options:
    credentials = gssapi.Credentials(usage="initiate", mechs=[SPNEGO, KERBEROS, NTLM])
    set_neg_mechs(credentials, [NTLM, KERBEROS])
context = gssapi.SecurityContext(
    name=gssapi.Name("smtp@localhost", gssapi.NameType.hostbased_service),
    creds=credentials,
    mech=KERBEROS if "raw" in options else SPNEGO,
    flags=flags,
    channel_bindings=(
        ChannelBindings(application_data=b"tls-server-end-point:a certificate")
        if "bindings" in options
        else None
    ),
    usage="initiate",
)


def layer(offer):
    """The answer to the server's offer of security layers: none, RFC 4752 section 3.1."""
    octets = context.unwrap(offer).message
    if len(octets) != 4 or not octets[0] & 1:
        sys.exit(f"no layer offer, but {len(octets)} octets")
    return context.wrap(b"\1\0\0\0" + identity, False).message


def answer(challenge):
    if not context.complete:
        token = context.step(challenge or None) or b""
        print(f"token of {len(token)} octets, complete: {context.complete}")
        return token
    return layer(challenge) if challenge else b""


with smtplib.SMTP("localhost", int(port), timeout=20) as server:
    server.ehlo()
    print(server.esmtp_features["auth"])
    code, text = server.docmd("AUTH", mechanism)
    while code == 334:
        code, text = server.docmd(base64.b64encode(answer(base64.b64decode(text))).decode())
    print(code, text.decode())
    if code != 235:
        sys.exit(1)
    if not context.complete:
        sys.exit("235, but the context is not established")
    server.sendmail("alice@example.test", "bob@example.test", "Subject: A mail\r\n\r\nHello\r\n")
