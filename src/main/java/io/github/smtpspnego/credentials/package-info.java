/**
 * The sources of Kerberos credentials: those of the caller, or shared logins with the JDK's login
 * module. No JAAS file, system property or prompt is used.
 */
@NullMarked
package io.github.smtpspnego.credentials;

import org.jspecify.annotations.NullMarked;
