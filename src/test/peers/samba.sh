# shellcheck shell=bash
# A domain controller of Active Directory (Samba), of which only the KDC runs. Sourced by peers.sh.

samba_needs() {
  echo "samba:samba"
  echo "samba-tool:samba"
  echo "/usr/share/samba/setup/provision.ldif:samba-ad-provision"
  echo "/usr/lib/*/samba/ldb/samba_secrets.so:samba-dsdb-modules"
  echo "/usr/lib/*/samba/vfs/xattr_tdb.so:samba-vfs-modules"
}

# Users alice, of no more groups than any, and grace, of 300: their tickets have a PAC.
samba_start() {
  local home=$dir/samba password_port
  password_port=$(free_ports 1)
  mkdir "$home"
  # The configuration of the other peers' Kerberos library is not for its own.
  unset KRB5_CONFIG
  samba-tool domain provision --server-role=dc --dns-backend=NONE \
    --realm="$AD_REALM" --domain=ADLAB --adminpass="$PASSWORD-Aa1" \
    --host-name=dc1 --host-ip=127.0.0.1 --targetdir="$home" \
    --option="interfaces=lo" --option="bind interfaces only=yes" \
    --option="server services=kdc" \
    --option="krb5 port=$ad_port" --option="kpasswd port=$password_port" \
    --option="vfs objects=dfs_samba4 acl_xattr xattr_tdb" \
    --option="pid directory=$home" --option="log file=$dir/samba.log" \
    >"$dir/samba-provision.out" 2>&1
  local conf=$home/etc/smb.conf
  /usr/bin/python3 "$HERE/samba_accounts.py" "$conf" "$PASSWORD" \
    "$dir/mail.keytab" "$dir/ad-users.keytab" >>"$dir/samba-provision.out" 2>&1
  background samba samba -s "$conf" -F --no-process-group --debug-stdout
  await_port "$ad_port" samba
}
