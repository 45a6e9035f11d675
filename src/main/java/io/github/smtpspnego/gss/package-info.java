/**
 * GSS-API: contexts, names, SPNEGO tokens and security layers. No other package calls {@code
 * GSSManager}. This package does not depend on SASL, mail, or the sources of credentials.
 */
@NullMarked
package io.github.smtpspnego.gss;

import org.jspecify.annotations.NullMarked;
