/**
 * What Kerberos has on disk and on its tongue, and the JDK does not show: error codes, {@code
 * krb5.conf}, keytabs, the place of the ticket cache. Only reads, only to say what is wrong.
 */
@NullMarked
package io.github.smtpspnego.kerberos;

import org.jspecify.annotations.NullMarked;
