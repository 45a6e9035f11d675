package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.util.List;

/** Chooses the keys for a ticket before any part of it is decrypted. */
public interface AcceptorKeys {
  /**
   * Chooses the keys that may decrypt a ticket.
   *
   * @param ticket the unencrypted part of the ticket
   * @return the keys, those of the name in the ticket first; at least one
   * @throws SpnegoException with {@link Reason#WRONG_TARGET} if the ticket is for a name or realm
   *     that is not accepted, with {@link Reason#ACCEPTOR_CREDENTIALS} if there is no key for any
   *     accepted name
   */
  List<AcceptorKey> forTicket(TicketLabel ticket) throws SpnegoException;
}
