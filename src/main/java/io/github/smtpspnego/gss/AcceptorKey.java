package io.github.smtpspnego.gss;

import java.util.Optional;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/**
 * A credential that a ticket may be read with.
 *
 * @param principal whose keys are in the credential; the ticket is handed to the JDK under this
 *     name, so that the client's spelling of it never reaches the JDK. Empty for a credential that
 *     chooses among several keys by the name in the ticket.
 * @param credential the credential; null for the native library's own
 */
public record AcceptorKey(Optional<String> principal, @Nullable GSSCredential credential) {}
