#!/usr/bin/env bash
# The software that the interoperability tests talk to: an MIT Kerberos KDC, Postfix and Dovecot,
# all on loopback, with all their files in one new directory under /tmp.
#
#   peers.sh run       starts them, prints "name=value" lines and "ready", and stops them when its
#                      standard input ends: so they do not outlive the tests, however those end
#   peers.sh stop      stops and removes what a run left behind that was itself killed with SIGKILL
#   peers.sh install   installs what is missing from Debian's packages
#
# Needs root, since Postfix and Dovecot do. Nothing outside the directory is written.
set -euo pipefail

readonly REALM=EXAMPLE.TEST
readonly PREFIX=/tmp/smtp-spnego-peers
readonly PACKAGES=(
  krb5kdc:krb5-kdc kadmin.local:krb5-admin-server kinit:krb5-user postfix:postfix
  dovecot:dovecot-core curl:curl openssl:openssl)
readonly DOVECOT_GSSAPI='/usr/lib/dovecot/modules/auth/libmech_gssapi.so'
readonly POSTFIX_DAEMONS=/usr/lib/postfix/sbin
PATH=$PATH:/usr/sbin:/sbin

# --- what is there ------------------------------------------------------------------------------

# The Debian packages of what this machine lacks.
missing() {
  local entry
  for entry in "${PACKAGES[@]}"; do
    command -v "${entry%%:*}" >/dev/null || echo "${entry#*:}"
  done
  [ -e "$DOVECOT_GSSAPI" ] || echo dovecot-gssapi
}

check() {
  local lacks
  lacks=$(missing | xargs)
  if [ -n "$lacks" ]; then
    echo "peers.sh: this machine lacks $lacks." \
      "Get them on Debian or Ubuntu, as root, with: $0 install" >&2
    exit 1
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "peers.sh: must run as root, since Postfix and Dovecot do; a container will do." >&2
    exit 1
  fi
}

# Installs without starting any of it: here only the tests start services.
install_packages() {
  local lacks policy=/usr/sbin/policy-rc.d
  lacks=$(missing | xargs)
  [ -n "$lacks" ] || return 0
  command -v apt-get >/dev/null || { echo "peers.sh: no apt-get to install $lacks" >&2; exit 1; }
  if [ ! -e "$policy" ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  apt-get -q update
  # shellcheck disable=SC2086 # a list of words
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $lacks
}

# --- starting and stopping ----------------------------------------------------------------------

free_ports() { # HOW_MANY
  local port=$((20000 + RANDOM % 8000)) found=0
  while [ "$found" -lt "$1" ]; do
    port=$((port + 1))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      found=$((found + 1))
    fi
  done
}

await_port() { # PORT WHO
  local i
  for ((i = 0; i < 200; i++)); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
      return
    fi
    sleep 0.05
  done
  echo "peers.sh: $2 does not listen on port $1; its log:" >&2
  cat "$dir"/*.log >&2
  exit 1
}

background() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >"$dir/$name.out" 2>&1 </dev/null &
  echo $! >"$dir/$name.pid"
}

# Stops what the pid files of a directory name, and removes the directory.
stop_in() { # DIRECTORY
  local file pid
  for file in "$1"/*.pid; do
    [ -e "$file" ] || continue
    pid=$(tr -d ' \n' <"$file")
    # A pid may belong to somebody else by now; all of ours name the directory.
    if grep -qsF "$1" "/proc/$pid/cmdline" "/proc/$pid/environ"; then
      kill -TERM "$pid" 2>/dev/null || true
      await_end "$pid"
    fi
  done
  rm -rf "$1"
}

await_end() { # PID
  local i
  for ((i = 0; i < 100; i++)); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.05
  done
  kill -KILL "$1" 2>/dev/null || true
}

stop_leftovers() {
  local left owner
  for left in "$PREFIX".*; do
    [ -d "$left" ] || continue
    owner=$(cat "$left/owner" 2>/dev/null || echo 0)
    if ! grep -qsF peers.sh "/proc/$owner/cmdline"; then
      stop_in "$left"
    fi
  done
}

# --- the peers ----------------------------------------------------------------------------------

kerberos() {
  cat >"$dir/krb5.conf" <<END
[libdefaults]
  default_realm = $REALM
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  forwardable = true
[realms]
  $REALM = {
    kdc = 127.0.0.1:$kdc_port
  }
[domain_realm]
  localhost = $REALM
END
  cat >"$dir/kdc.conf" <<END
[kdcdefaults]
  kdc_listen = 127.0.0.1:$kdc_port
  kdc_tcp_listen = 127.0.0.1:$kdc_port
[realms]
  $REALM = {
    database_name = $dir/principal
    key_stash_file = $dir/stash
    max_life = 1d
    max_renewable_life = 7d
    default_principal_flags = +preauth
  }
[logging]
  kdc = FILE:$dir/kdc.log
  default = FILE:$dir/kdc.log
END
  export KRB5_CONFIG=$dir/krb5.conf KRB5_KDC_PROFILE=$dir/kdc.conf
  kdb5_util create -s -r "$REALM" -P "the master key of a test" >"$dir/kdb5_util.out" 2>&1
  kadmin.local >"$dir/kadmin.out" 2>&1 <<END
add_principal -pw alices-secret alice
add_principal -randkey smtp/localhost
add_principal -randkey SMTPSVC/localhost
ktadd -k $dir/smtp.keytab smtp/localhost SMTPSVC/localhost
END
  chmod 0644 "$dir/smtp.keytab" # Dovecot's authentication does not run as root
  background kdc krb5kdc -n -P "$dir/krb5kdc.pid"
  await_port "$kdc_port" krb5kdc
}

# One authority for the right certificate and for the one with another server's name.
certificates() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj "/CN=Test authority" -keyout "$dir/ca.key" -out "$dir/ca.pem" 2>>"$dir/openssl.out"
  local name
  for name in localhost elsewhere.example.test; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
      -keyout "$dir/$name.key" -out "$dir/$name.csr" 2>>"$dir/openssl.out"
    openssl x509 -req -in "$dir/$name.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" \
      -CAcreateserial -days 2 -extfile <(echo "subjectAltName=DNS:$name") \
      -out "$dir/$name.pem" 2>>"$dir/openssl.out"
  done
}

# Dovecot as Postfix's authentication server, and nothing else.
dovecot_auth() {
  mkdir -p "$dir/dovecot/run" "$dir/dovecot/state"
  cat >"$dir/dovecot/dovecot.conf" <<END
protocols =
base_dir = $dir/dovecot/run
state_dir = $dir/dovecot/state
log_path = $dir/dovecot.log
ssl = no
auth_mechanisms = plain gssapi gss-spnego
auth_gssapi_hostname = "\$ALL"
auth_krb5_keytab = $dir/smtp.keytab
auth_debug = yes
import_environment = \$import_environment KRB5_CONFIG=$dir/krb5.conf
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}
service auth {
  unix_listener auth-client {
    mode = 0666
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
END
  background dovecot dovecot -F -c "$dir/dovecot/dovecot.conf"
}

# Mail goes to a Maildir, if and only if the client is authenticated.
postfix_server() {
  local conf=$dir/postfix
  mkdir -p "$conf" "$dir/queue" "$dir/data" "$dir/mail"
  chown postfix "$dir/data"
  chown nobody "$dir/mail"
  cat >"$conf/main.cf" <<END
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
maillog_file = $dir/postfix.log
maillog_file_prefixes = $dir
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
alias_maps =
virtual_mailbox_domains = example.test
virtual_mailbox_base = $dir/mail
virtual_mailbox_maps = static:bob/
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
mynetworks =
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = $dir/dovecot/run/auth-client
smtpd_sasl_security_options = noanonymous
smtpd_sasl_authenticated_header = yes
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_delay_reject = yes
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtpd_tls_cert_file = $dir/localhost.pem
smtpd_tls_key_file = $dir/localhost.key
smtpd_client_connection_rate_limit = 0
smtpd_client_auth_rate_limit = 0
smtpd_error_sleep_time = 0
END
  cat >"$conf/master.cf" <<END
127.0.0.1:$smtp_port inet n - n - - smtpd
127.0.0.1:$submission_port inet n - n - - smtpd -o smtpd_tls_auth_only=yes
127.0.0.1:$smtps_port inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:$wrong_name_port inet n - n - - smtpd
  -o smtpd_tls_cert_file=$dir/elsewhere.example.test.pem
  -o smtpd_tls_key_file=$dir/elsewhere.example.test.key
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
END
  touch "$dir/postfix.log"
  postfix -c "$conf" check >"$dir/postfix-check.out" 2>&1 || true # makes the queue's directories
  MAIL_CONFIG=$conf background postfix setsid "$POSTFIX_DAEMONS/master" -s -c "$conf"
  await_port "$smtp_port" postfix
}

run() {
  check
  stop_leftovers
  dir=$(mktemp -d "$PREFIX.XXXXXX")
  trap 'stop_in "$dir"' EXIT
  trap 'exit 1' INT TERM HUP
  chmod 0755 "$dir"
  echo $$ >"$dir/owner"

  local ports
  mapfile -t ports < <(free_ports 5)
  kdc_port=${ports[0]} smtp_port=${ports[1]} submission_port=${ports[2]}
  smtps_port=${ports[3]} wrong_name_port=${ports[4]}
  kerberos
  certificates
  dovecot_auth
  postfix_server

  echo "peers.sh: started $(versions)" >&2
  cat <<END
directory=$dir
realm=$REALM
smtp=$smtp_port
submission=$submission_port
smtps=$smtps_port
wrongName=$wrong_name_port
ready
END
  while read -r _; do :; done # until whoever started this ends
}

versions() {
  dpkg-query -W -f '${Package} ${Version}\n' krb5-kdc postfix dovecot-core curl 2>/dev/null |
    paste -sd, || true
}

case "${1:-run}" in
  run) run ;;
  stop) stop_leftovers ;;
  install) install_packages ;;
  *) echo "usage: $0 [run|stop|install]" >&2; exit 2 ;;
esac
