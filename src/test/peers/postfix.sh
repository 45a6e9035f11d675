# shellcheck shell=bash
# Postfix, with Dovecot or Cyrus SASL behind it, and as a client. Sourced by peers.sh.

readonly POSTFIX_DAEMONS=/usr/lib/postfix/sbin

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

# Mail goes to a Maildir, if and only if the client is authenticated. The listeners differ in TLS,
# in who authenticates, and in the name they go by; that of relay takes all mail.
postfix_server() {
  local conf=$dir/postfix
  mkdir -p "$conf/sasl" "$dir/queue" "$dir/data" "$dir/mail"
  chown postfix "$dir/data"
  chown nobody "$dir/mail"
  cyrus_sasl "$conf/sasl/smtpd.conf"
  cat >"$conf/main.cf" <<END
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
maillog_file = $dir/postfix.log
maillog_file_prefixes = $dir
import_environment = MAIL_CONFIG ${server_environment[*]}
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
cyrus_sasl_config_path = $conf/sasl
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
  local cyrus='-o smtpd_sasl_type=cyrus -o smtpd_sasl_path=smtpd'
  {
    cat <<END
127.0.0.1:$smtp_port inet n - n - - smtpd
127.0.0.1:$submission_port inet n - n - - smtpd -o smtpd_tls_auth_only=yes
127.0.0.1:$smtps_port inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:$wrong_name_port inet n - n - - smtpd
  -o smtpd_tls_cert_file=$dir/elsewhere.example.test.pem
  -o smtpd_tls_key_file=$dir/elsewhere.example.test.key
127.0.0.1:$cyrus_port inet n - n - - smtpd $cyrus
127.0.0.1:$cyrus_ad_port inet n - n - - smtpd $cyrus -o myhostname=mail.${AD_REALM,,}
127.0.0.1:$relay_port inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=no -o smtpd_client_restrictions=permit
  -o smtpd_relay_restrictions=permit_auth_destination,reject
END
    postfix_services
  } >"$conf/master.cf"
  background_postfix postfix "$conf"
  await_port "$smtp_port" postfix
}

postfix_services() {
  cat <<'END'
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
}

background_postfix() { # NAME CONFIGURATION
  touch "$dir/$1.log"
  postfix -c "$2" check >"$dir/$1-check.out" 2>&1 || true # makes the queue's directories
  MAIL_CONFIG=$2 background "$1" "$POSTFIX_DAEMONS/master" -s -c "$2"
}

# What a server with Cyrus SASL offers.
cyrus_sasl() { # FILE
  cat >"$1" <<END
pwcheck_method: auxprop
mech_list: GSSAPI GSS-SPNEGO
END
}

postfix_client_needs() { echo postfix:postfix; }

# Mail that it gets for bob@gssapi-PORT.example.test it sends to bob@example.test at that port of
# this machine, as alice by GSSAPI; bob@gss-spnego-PORT.example.test by GSS-SPNEGO.
postfix_client_start() {
  local conf=$dir/postfix-client port mechanism
  port=$(free_ports 1)
  mkdir -p "$conf" "$conf/queue" "$conf/data"
  chown postfix "$conf/data"
  kinit -c "FILE:$conf/krb5cc" alice >"$dir/postfix-client-kinit.out" <<<"$PASSWORD"
  chown postfix "$conf/krb5cc"
  cat >"$conf/main.cf" <<END
compatibility_level = 3.6
queue_directory = $conf/queue
data_directory = $conf/data
maillog_file = $dir/postfix-client.log
maillog_file_prefixes = $dir
import_environment = MAIL_CONFIG KRB5_CONFIG=$KRB5_CONFIG KRB5CCNAME=FILE:$conf/krb5cc
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = client.example.test
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access regexp:$conf/route
smtp_generic_maps = regexp:$conf/generic
smtp_host_lookup = native
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = static:alice:none
smtp_sasl_security_options = noanonymous
smtp_tls_security_level = none
END
  # Not in transport_maps, which take no parts of what matched.
  # shellcheck disable=SC2016 # not the shell's to expand
  echo '/^bob@(gssapi|gss-spnego)-([0-9]+)\.example\.test$/ FILTER $1:[localhost]:$2' >"$conf/route"
  echo '/^bob@.*\.example\.test$/ bob@example.test' >"$conf/generic"
  {
    echo "127.0.0.1:$port inet n - n - - smtpd"
    postfix_services
    for mechanism in gssapi gss-spnego; do
      echo "$mechanism unix - - n - - smtp -o smtp_sasl_mechanism_filter=$mechanism"
    done
  } >"$conf/master.cf"
  background_postfix postfix-client "$conf"
  await_port "$port" postfix-client
  echo "postfixClient=smtp://127.0.0.1:$port"
}
