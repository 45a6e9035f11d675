/**
 * RFC 4422, RFC 2222 section 7.2 and MS-SSEAN: the SASL client and the SASL server, their factories
 * and the security layer messages.
 */
@NullMarked
package io.github.smtpspnego.sasl;

import org.jspecify.annotations.NullMarked;
