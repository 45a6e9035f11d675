package io.github.smtpspnego.interop;

import io.github.smtpspnego.support.Mailer;
import jakarta.mail.MessagingException;
import java.nio.file.Path;

/** Where the client has its credentials from. */
enum Source {
  TICKET_CACHE,
  KEYTAB,
  PASSWORD;

  /**
   * A user of a realm, and all that can be had of him.
   *
   * @param principal the name, with its realm where that is not the default one
   * @param ticketCache the result of a login by MIT's kinit
   * @param keytab his keys
   */
  record Account(String principal, Path ticketCache, Path keytab) {}

  /** Has a mail sent with the credentials of a user. */
  void send(Mailer mailer, Account account) throws MessagingException {
    switch (this) {
      case TICKET_CACHE -> mailer.spnego("ticketcache", account.ticketCache()).send();
      case KEYTAB ->
          mailer.spnego("keytab", account.keytab()).spnego("principal", account.principal()).send();
      case PASSWORD -> mailer.send(account.principal(), Peers.PASSWORD);
    }
  }
}
