# shellcheck shell=bash
# Dovecot: as other servers' authentication server, and as a mail server. Sourced by peers.sh.

# What every Dovecot here has. It takes tickets for any name that it has a key of: by itself it
# would want them for submission/host where mail is submitted.
dovecot_common() { # DIRECTORY
  mkdir -p "$1/run" "$1/state"
  cat <<END
base_dir = $1/run
state_dir = $1/state
log_path = $1.log
ssl = no
auth_mechanisms = plain gssapi gss-spnego
auth_gssapi_hostname = "\$ALL"
auth_krb5_keytab = $dir/mail.keytab
auth_debug = yes
import_environment = \$import_environment ${server_environment[*]}
passdb {
  driver = static
  args = nopassword=y
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
END
}

# The authentication server of Postfix and Exim, and nothing else.
dovecot_auth() {
  {
    dovecot_common "$dir/dovecot"
    cat <<END
protocols =
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}
service auth {
  unix_listener auth-client {
    mode = 0666
  }
}
END
  } >"$dir/dovecot.conf"
  background dovecot dovecot -F -c "$dir/dovecot.conf"
}

dovecot_needs() {
  local protocol
  for protocol in imap:imapd pop3:pop3d submission-login:submissiond; do
    echo "/usr/lib/dovecot/${protocol%:*}:dovecot-${protocol#*:}"
  done
}

# IMAP, POP3 and submission; what is submitted goes on to Postfix.
dovecot_start() {
  local ports home=$dir/dovecot-mail
  mapfile -t ports < <(free_ports 3)
  {
    dovecot_common "$home"
    cat <<END
protocols = imap pop3 submission
listen = 127.0.0.1
userdb {
  driver = static
  args = uid=$(id -u nobody) gid=$(id -g nobody) home=$home/home
}
mail_location = maildir:$home/home
submission_relay_host = 127.0.0.1
submission_relay_port = $relay_port
service imap-login {
  inet_listener imap {
    port = ${ports[0]}
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports[1]}
  }
  inet_listener pop3s {
    port = 0
  }
}
service submission-login {
  inet_listener submission {
    port = ${ports[2]}
  }
}
END
  } >"$home.conf"
  mkdir -p "$home"/home/{cur,new,tmp}
  printf 'From: bob@example.test\nSubject: Waiting\n\nFor alice.\n' >"$home/home/new/1.waiting"
  chown -R nobody "$home/home"
  background dovecot-mail dovecot -F -c "$home.conf"
  await_port "${ports[2]}" dovecot-mail
  echo "imap=${ports[0]}"
  echo "pop3=${ports[1]}"
  echo "dovecotSubmission=${ports[2]}"
}
