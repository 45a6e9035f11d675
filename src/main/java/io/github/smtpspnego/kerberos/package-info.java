/**
 * What the JDK does not show of Kerberos: error codes, {@code krb5.conf}, the contents of keytabs,
 * the place and the owner of the ticket cache. It reads files, and writes none.
 */
@NullMarked
package io.github.smtpspnego.kerberos;

import org.jspecify.annotations.NullMarked;
