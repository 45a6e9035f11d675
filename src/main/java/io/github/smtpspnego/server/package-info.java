/**
 * The server's role of MS-SSEAN: a {@code SaslServer} with its factory, and {@link
 * io.github.smtpspnego.server.SmtpAuthExchange}, which puts it into any SMTP server.
 */
@NullMarked
package io.github.smtpspnego.server;

import org.jspecify.annotations.NullMarked;
