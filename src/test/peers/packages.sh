# shellcheck shell=bash
# What this machine has of the peers, and Debian's packages of the rest. Sourced by peers.sh.

# Debian's mail servers exclude each other, and so do its KDCs; other packages would change what
# the machine does. They are unpacked here, and only the libraries that they need are installed.
readonly BESIDE=/var/cache/smtp-spnego-peers
readonly BESIDE_PACKAGES=' exim4-daemon-heavy sendmail-bin sendmail-cf heimdal-kdc heimdal-clients
  cyrus-clients cyrus-common gss-ntlmssp '

# For each set, lines PROBE:PACKAGE; a probe is a command, or a path that may have wildcards.
base_needs() {
  cat <<'END'
krb5kdc:krb5-kdc
kadmin.local:krb5-admin-server
kinit:krb5-user
postfix:postfix
dovecot:dovecot-core
/usr/lib/dovecot/modules/auth/libmech_gssapi.so:dovecot-gssapi
/usr/lib/*/sasl2/libgssapiv2.so:libsasl2-modules-gssapi-mit
curl:curl
openssl:openssl
END
}

# The packages of what this machine lacks.
missing() { # SET
  local probe package
  while IFS=: read -r probe package; do
    case $probe in
      /*) compgen -G "$probe" >/dev/null || echo "$package" ;;
      *) command -v "$probe" >/dev/null || echo "$package" ;;
    esac
  done < <("$1_needs")
}

# Why a server cannot be had on this machine; nothing where it can.
absence() { # SERVER
  local lacks
  lacks=$(missing "$1" | xargs)
  if [ -n "$lacks" ]; then
    echo "this machine lacks $lacks (get it on Debian or Ubuntu, as root, with: $0 install)"
  elif declare -F "$1_lacks" >/dev/null; then
    "$1_lacks" | head -n 1
  fi
}

check() {
  local lacks
  lacks=$(absence base)
  if [ -n "$lacks" ]; then
    echo "peers.sh: $lacks" >&2
    exit 1
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "peers.sh: must run as root, since the mail servers do; a container will do." >&2
    exit 1
  fi
}

# Installs without starting any of it: here only the tests start services.
install_packages() {
  local policy=/usr/sbin/policy-rc.d server reason left=()
  command -v apt-get >/dev/null || { echo "peers.sh: no apt-get to install with" >&2; exit 1; }
  if [ ! -e "$policy" ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  # shellcheck disable=SC2086 # a list of words
  if ! install_sets base $SERVERS; then
    # A distribution may lack one; what is missing in the end is said below.
    for server in base $SERVERS; do
      install_sets "$server" || true
    done
  fi
  check
  for server in $SERVERS; do
    reason=$(absence "$server")
    if [ -n "$reason" ]; then
      left+=("$server")
      echo "peers.sh: left out: $server, since $reason"
    fi
  done
  echo "peers.sh: left out: ${left[*]:-nothing}"
}

install_sets() { # SET...
  local package beside=() ordinary=()
  for package in $(for set; do missing "$set"; done | sort -u); do
    case ${BESIDE_PACKAGES//$'\n'/ } in
      *" $package "*) beside+=("$package") ;;
      *) ordinary+=("$package") ;;
    esac
  done
  [ $((${#beside[@]} + ${#ordinary[@]})) != 0 ] || return 0
  update_once
  if [ ${#beside[@]} != 0 ]; then
    # shellcheck disable=SC2207 # a list of words
    ordinary+=($(libraries "${beside[@]}"))
  fi
  apt_install "${ordinary[@]}" && unpack "${beside[@]}"
}

update_once() {
  if [ -z "${updated:-}" ]; then
    apt-get -q update
    updated=yes
  fi
}

apt_install() { # PACKAGE...
  [ $# = 0 ] || DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
}

# The libraries that packages depend on.
libraries() { # PACKAGE...
  apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances "$@" | sed -nE 's/^ +\|?Depends: (lib[^<]*)$/\1/p' | sort -u
}

unpack() { # PACKAGE...
  local archive
  [ $# != 0 ] || return 0
  mkdir -p "$BESIDE/archives"
  (cd "$BESIDE/archives" && apt-get -q -o APT::Sandbox::User=root download "$@") || return
  for archive in "$BESIDE"/archives/*.deb; do
    dpkg-deb -x "$archive" "$BESIDE" && dpkg-deb -W "$archive" >>"$BESIDE/versions" || return
    rm "$archive"
  done
  # Only root starts them.
  chmod -R ug-s "$BESIDE"
}

# Names and versions of a set's packages, for the log.
versions() { # SET
  local packages
  mapfile -t packages < <("$1_needs" | sed 's/.*://' | sort -u)
  [ ${#packages[@]} != 0 ] || return 0
  {
    dpkg-query -W -f '${db:Status-Status} ${Package} ${Version}\n' "${packages[@]}" 2>/dev/null |
      sed -n 's/^installed //p'
    sed 's/\t/ /' "$BESIDE/versions" 2>/dev/null |
      grep -E "^($(IFS='|'; echo "${packages[*]}")) " || true
  } | sort -u | paste -sd, | sed 's/,/, /g' || true
}
