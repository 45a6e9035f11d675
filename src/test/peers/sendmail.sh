# shellcheck shell=bash
# sendmail, with Cyrus SASL. Sourced by peers.sh.

sendmail_needs() {
  echo "$BESIDE/usr/libexec/sendmail/sendmail:sendmail-bin"
  echo "$BESIDE/usr/share/sendmail/cf/m4/cf.m4:sendmail-cf"
  echo "m4:m4"
}

# It sleeps for a minute where the host's name has no dot.
sendmail_lacks() { lacks_namespaces; }

# Mail is taken from alice and discarded; the rule set looks at who authenticated.
sendmail_start() {
  local home=$dir/sendmail cf=$BESIDE/usr/share/sendmail/cf port
  port=$(free_ports 1)
  mkdir -p "$home/sasl" "$home/queue"
  cyrus_sasl "$home/sasl/Sendmail.conf"
  # It takes the variable that names the replay cache's directory out of its environment.
  printf '[libdefaults]\n  default_rcache_name = file2:%s\n' "$home/rcache" >"$home/krb5.conf"
  printf '127.0.0.1 localhost localhost.localdomain\n' >"$home/hosts"
  printf 'hosts files\naliases files\n' >"$home/service.switch"
  touch "$home/aliases"
  cat >"$home.mc" <<END
divert(-1)
divert(0)
OSTYPE(\`linux')
define(\`confDOMAIN_NAME', \`localhost')
define(\`confAUTH_MECHANISMS', \`GSSAPI GSS-SPNEGO')
TRUST_AUTH_MECH(\`GSSAPI GSS-SPNEGO')
define(\`confDONT_BLAME_SENDMAIL', \`groupwritabledirpathsafe,groupreadablekeyfile')
define(\`confSERVICE_SWITCH_FILE', \`$home/service.switch')
define(\`confHOSTS_FILE', \`$home/hosts')
define(\`confPID_FILE', \`$home/sendmail.pid')
define(\`confCONTROL_SOCKET_NAME', \`')
define(\`QUEUE_DIR', \`$home/queue')
define(\`STATUS_FILE', \`$home/statistics')
define(\`HELP_FILE', \`$home/helpfile')
define(\`ALIAS_FILE', \`$home/aliases')
define(\`confTO_IDENT', \`0')
dnl It hears nobody while the machine is busy, as it is with tests.
define(\`confQUEUE_LA', \`10000')
define(\`confREFUSE_LA', \`10000')
FEATURE(\`no_default_msa')
FEATURE(\`nocanonify')
FEATURE(\`accept_unresolvable_domains')
DAEMON_OPTIONS(\`Family=inet, Name=MSA, Port=$port, Addr=127.0.0.1, M=Ea')
MAILER(\`local')
MAILER(\`smtp')
LOCAL_RULESETS
SLocal_check_rcpt
R\$*	\$: \$&{auth_authen}
Ralice	\$#discard \$: discard
Ralice@$REALM	\$#discard \$: discard
R\$*	\$#error \$@ 5.7.1 \$: "550 authenticated as <\$1>, not alice"
END
  m4 -D_CF_DIR_="$cf/" "$cf/m4/cf.m4" "$home.mc" >"$home.cf"
  background_with_files sendmail "$home/hosts:/etc/hosts" \
    env "${server_environment[@]}" "KRB5_CONFIG=$home/krb5.conf:$KRB5_CONFIG" \
    SASL_CONF_PATH="$home/sasl" \
    "$BESIDE/usr/libexec/sendmail/sendmail" -C "$home.cf" -bD -X "$dir/sendmail.log"
  await_port "$port" sendmail
  echo "sendmail=$port"
}
