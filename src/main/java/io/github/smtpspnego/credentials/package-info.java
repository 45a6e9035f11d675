/**
 * Where Kerberos credentials come from: the caller's own, or logins made here by the JDK's login
 * module and shared. No JAAS file, no system property, no prompt.
 */
@NullMarked
package io.github.smtpspnego.credentials;

import org.jspecify.annotations.NullMarked;
