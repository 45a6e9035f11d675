/**
 * Where Kerberos credentials come from: the caller's own, or logins made here by an in-memory JAAS
 * configuration and shared. No JAAS file, no system property, no prompt.
 */
@NullMarked
package io.github.smtpspnego.credentials;

import org.jspecify.annotations.NullMarked;
