package io.github.smtpspnego.gss;

import java.util.Optional;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/**
 * A credential that may decrypt a ticket.
 *
 * @param principal the owner of the keys. The ticket is passed to the JDK under this name, so that
 *     the client's spelling never reaches the JDK. Empty for a credential that chooses one of
 *     several keys by the name in the ticket.
 * @param credential the credential; null for the native library's default
 */
public record AcceptorKey(Optional<String> principal, @Nullable GSSCredential credential) {}
