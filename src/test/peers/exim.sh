# shellcheck shell=bash
# Exim, one daemon with Cyrus SASL and one with Dovecot. Sourced by peers.sh.

exim_needs() {
  echo "$BESIDE/usr/sbin/exim4:exim4-daemon-heavy"
}

# Debian's Exim looks for a user and a group of its own at its start, which only the installed
# package makes.
exim_lacks() { lacks_namespaces; }

exim_start() {
  exim_daemon cyrus "driver = cyrus_sasl"
  exim_daemon dovecot "driver = dovecot" "server_socket = $dir/dovecot/run/auth-client"
}

exim_daemon() { # NAME AUTHENTICATOR_LINE...
  local name=exim-$1 home=$dir/exim-$1 port mechanism log environment
  shift
  port=$(free_ports 1)
  mkdir -p "$home"
  cp /etc/passwd /etc/group "$home"
  echo "Debian-exim:x:65533:65533::$home:/bin/false" >>"$home/passwd"
  echo "Debian-exim:x:65533:" >>"$home/group"
  chown 65533:65533 "$home"
  cyrus_sasl "$home/exim.conf"
  printf -v environment '%s : ' "${server_environment[@]}" "SASL_CONF_PATH=$home"
  {
    cat <<END
primary_hostname = localhost
exim_user = 65533
exim_group = 65533
spool_directory = $home
log_file_path = $dir/$name-%s.log
pid_file_path = $home/exim.pid
keep_environment =
add_environment = $environment
daemon_smtp_ports = $port
local_interfaces = 127.0.0.1
tls_advertise_hosts =
host_lookup =
queue_only
rfc1413_hosts =
acl_smtp_rcpt = acl_rcpt
begin acl
acl_rcpt:
  accept authenticated = *
  deny message = authentication required
begin authenticators
END
    for mechanism in GSSAPI GSS-SPNEGO; do
      printf '%s\n' "${mechanism//-/_}:" "public_name = $mechanism" "server_set_id = \$auth1" "$@"
    done
  } >"$home.conf"
  for log in main reject panic; do
    install -o 65533 -g 65533 /dev/null "$dir/$name-$log.log"
  done
  background_with_files "$name" "$home/passwd:/etc/passwd $home/group:/etc/group" \
    "$BESIDE/usr/sbin/exim4" -C "$home.conf" -bdf
  await_port "$port" "$name"
  echo "$name=$port"
}
