/**
 * What the JDK does not expose of Kerberos: error codes, {@code krb5.conf}, the contents of
 * keytabs, the location and the owner of the ticket cache. Files are read and never written.
 */
@NullMarked
package io.github.smtpspnego.kerberos;

import org.jspecify.annotations.NullMarked;
