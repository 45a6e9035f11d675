#!/usr/bin/env bash
# The software that the interoperability tests talk to, all on loopback, with all its files in one
# new directory under /tmp.
#
#   peers.sh run       starts MIT Kerberos, Postfix and Dovecot's authentication server and prints
#                      "name=value" lines and "ready". Then it reads names of more servers, starts
#                      each and prints its lines and "ready"; where this machine cannot provide it,
#                      "absent=REASON" instead of its lines. It stops all of them when its input
#                      ends: so they do not outlive the tests, however those end
#   peers.sh stop      stops and removes what a run left behind that was itself killed with SIGKILL
#   peers.sh install   installs what is missing from Debian's packages, and says what it could not
#
# Needs root, since the mail servers do. A run writes nothing outside its directory.
set -euo pipefail

readonly HERE=${BASH_SOURCE[0]%/*}
readonly REALM=EXAMPLE.TEST HEIMDAL_REALM=HEIMDAL.TEST AD_REALM=AD.LAB.TEST
readonly PASSWORD=alices-secret
readonly PREFIX=/tmp/smtp-spnego-peers
readonly SERVERS='dovecot exim sendmail heimdal samba postfix_client smtptest gsasl msmtp mutt
  python_gssapi ntlmssp'
PATH=$PATH:/usr/sbin:/sbin

# shellcheck source-path=SCRIPTDIR
. "$HERE/packages.sh"
. "$HERE/processes.sh"
. "$HERE/kerberos.sh"
. "$HERE/postfix.sh"
. "$HERE/dovecot.sh"
. "$HERE/exim.sh"
. "$HERE/sendmail.sh"
. "$HERE/samba.sh"
. "$HERE/clients.sh"

run() {
  check
  stop_leftovers
  dir=$(mktemp -d "$PREFIX.XXXXXX")
  trap 'stop_in "$dir"' EXIT
  trap 'exit 1' INT TERM HUP
  chmod 0755 "$dir"
  echo $$ >"$dir/owner"

  local ports
  mapfile -t ports < <(free_ports 10)
  kdc_port=${ports[0]} heimdal_port=${ports[1]} ad_port=${ports[2]}
  smtp_port=${ports[3]} submission_port=${ports[4]} smtps_port=${ports[5]}
  wrong_name_port=${ports[6]} cyrus_port=${ports[7]} cyrus_ad_port=${ports[8]}
  relay_port=${ports[9]}
  krb5_conf
  mit_kdc
  certificates
  dovecot_auth
  postfix_server

  echo "peers.sh: started $(versions base)" >&2
  cat <<END
directory=$dir
realm=$REALM
kdc=$kdc_port
smtp=$smtp_port
submission=$submission_port
smtps=$smtps_port
wrongName=$wrong_name_port
cyrus=$cyrus_port
cyrusAd=$cyrus_ad_port
ready
END
  local server
  left_out=()
  while read -r server; do # until whoever started this ends
    start "$server"
    echo ready
  done
  echo "peers.sh: left out: ${left_out[*]:-nothing that was asked for}" >&2
}

# Starts one more server, and prints its lines, or why it is absent or failed.
start() { # SERVER
  local reason status
  reason=$(absence "$1")
  if [ -n "$reason" ]; then
    echo "peers.sh: left out: $1, since $reason" >&2
    left_out+=("$1")
    echo "absent=$reason"
    return
  fi
  set +e # in the shell that looks at the status, not in the one that starts
  (
    set -e
    "$1_start"
  )
  status=$?
  set -e
  if [ "$status" = 0 ]; then
    echo "peers.sh: ready: $1: $(versions "$1")" >&2
  else
    tail -n 40 "$dir/${1//_/-}"*.{out,log} >&2 2>/dev/null || true
    echo "failed=$1 did not start; what it said is above"
  fi
}

case "${1:-run}" in
  run) run ;;
  stop) stop_leftovers ;;
  install) install_packages ;;
  *) echo "usage: $0 [run|stop|install]" >&2; exit 2 ;;
esac
