# shellcheck shell=bash
# Clients that are run against our server: there is nothing to start. Sourced by peers.sh.

# It belongs to Cyrus's server, whose package brings a service and a nightly job.
smtptest_needs() {
  echo "$BESIDE/usr/lib/cyrus/bin/smtptest:cyrus-clients"
  echo "$BESIDE/usr/lib/*/libcyrus.so.0:cyrus-common"
}

smtptest_start() {
  echo "smtptest=$BESIDE/usr/lib/cyrus/bin/smtptest"
  echo "smtptest.libraries=$(dirname "$BESIDE"/usr/lib/*/libcyrus.so.0)"
}

gsasl_needs() { echo gsasl:gsasl; }
gsasl_start() { :; }

msmtp_needs() { echo msmtp:msmtp; }
msmtp_start() { :; }

mutt_needs() { echo mutt:mutt; }
mutt_start() { :; }

python_gssapi_needs() { echo "/usr/lib/python3/dist-packages/gssapi:python3-gssapi"; }
python_gssapi_start() { :; }

# Installed, it would be a mechanism of every program of the machine that uses MIT's library.
ntlmssp_needs() { echo "$BESIDE/usr/lib/*/gssntlmssp/gssntlmssp.so:gss-ntlmssp"; }

ntlmssp_start() {
  echo "gssntlmssp_v1 1.3.6.1.4.1.311.2.2.10" \
    "$BESIDE"/usr/lib/*/gssntlmssp/gssntlmssp.so >"$dir/ntlmssp.mech"
  echo "ADLAB:alice:$PASSWORD" >"$dir/ntlmssp.users"
}
