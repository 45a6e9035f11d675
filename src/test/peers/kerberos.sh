# shellcheck shell=bash
# MIT's KDC, of the realm that all peers share, and Heimdal's, of another. Sourced by peers.sh.

# One configuration for all: MIT's library, Heimdal's and the JDK read the same words.
krb5_conf() {
  cat >"$dir/krb5.conf" <<END
[libdefaults]
  default_realm = $REALM
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  qualify_shortname = ""
  udp_preference_limit = 1
  forwardable = true
[realms]
  $REALM = {
    kdc = 127.0.0.1:$kdc_port
  }
  $HEIMDAL_REALM = {
    kdc = 127.0.0.1:$heimdal_port
  }
  $AD_REALM = {
    kdc = 127.0.0.1:$ad_port
  }
[domain_realm]
  localhost = $REALM
  .${HEIMDAL_REALM,,} = $HEIMDAL_REALM
  .${AD_REALM,,} = $AD_REALM
END
  export KRB5_CONFIG=$dir/krb5.conf
  # MIT's library in a server: where the keys are, and a replay cache that is not the system's.
  mkdir -m 1777 "$dir/rcache"
  server_environment=(
    "KRB5_CONFIG=$KRB5_CONFIG" "KRB5_KTNAME=$dir/mail.keytab" "KRB5RCACHEDIR=$dir/rcache")
}

mit_kdc() {
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
  export KRB5_KDC_PROFILE=$dir/kdc.conf
  kdb5_util create -s -r "$REALM" -P "the master key of a test" >"$dir/kdb5_util.out" 2>&1
  kadmin.local >"$dir/kadmin.out" 2>&1 <<END
add_principal -pw $PASSWORD alice
add_principal -randkey smtp/localhost
add_principal -randkey SMTPSVC/localhost
add_principal -randkey imap/localhost
add_principal -randkey pop/localhost
ktadd -k $dir/smtp.keytab smtp/localhost SMTPSVC/localhost
ktadd -norandkey -k $dir/mail.keytab smtp/localhost SMTPSVC/localhost imap/localhost pop/localhost
END
  # Neither Dovecot's authentication nor Postfix's smtpd runs as root.
  chmod 0644 "$dir/smtp.keytab" "$dir/mail.keytab"
  background kdc krb5kdc -n
  await_port "$kdc_port" kdc
}

heimdal_needs() {
  echo "$BESIDE/usr/lib/heimdal-servers/kdc:heimdal-kdc"
  echo "$BESIDE/usr/bin/kadmin.heimdal:heimdal-clients"
}

heimdal_start() {
  local home=$dir/heimdal
  mkdir "$home"
  # Heimdal has its own forms for a database and a log.
  cat >"$home/krb5.conf" <<END
[libdefaults]
  default_realm = $HEIMDAL_REALM
[kdc]
  database = {
    realm = $HEIMDAL_REALM
    dbname = $home/heimdal
    mkey_file = $home/m-key
    log_file = $home/log
    acl_file = $home/kadmind.acl
  }
[logging]
  kdc = FILE:$dir/heimdal-kdc.log
  default = FILE:$dir/heimdal-kdc.log
END
  export KRB5_CONFIG=$home/krb5.conf
  "$BESIDE/usr/sbin/kstash" --random-key --key-file="$home/m-key" >"$dir/heimdal-init.out" 2>&1
  local kadmin=("$BESIDE/usr/bin/kadmin.heimdal" -l -c "$home/krb5.conf" -r "$HEIMDAL_REALM")
  {
    "${kadmin[@]}" init --realm-max-ticket-life=1d --realm-max-renewable-life=7d "$HEIMDAL_REALM"
    "${kadmin[@]}" add --use-defaults --password="$PASSWORD" alice
    "${kadmin[@]}" add --use-defaults --random-key "smtp/mail.${HEIMDAL_REALM,,}"
    "${kadmin[@]}" ext_keytab --keytab="$dir/heimdal-alice.keytab" alice
    "${kadmin[@]}" ext_keytab --keytab="$dir/mail.keytab" "smtp/mail.${HEIMDAL_REALM,,}"
  } >>"$dir/heimdal-init.out" 2>&1
  background heimdal-kdc "$BESIDE/usr/lib/heimdal-servers/kdc" \
    --config-file="$home/krb5.conf" --addresses=127.0.0.1 --ports="$heimdal_port"
  await_port "$heimdal_port" heimdal-kdc
}
