/**
 * SMTP AUTH GSSAPI with SPNEGO: how to register it ({@link io.github.smtpspnego.SpnegoProvider}),
 * how to set it up ({@link io.github.smtpspnego.SpnegoOption}), and what it reports ({@link
 * io.github.smtpspnego.SpnegoException}).
 *
 * <p>Nothing returns null or takes it unless its type says so.
 */
@NullMarked
package io.github.smtpspnego;

import org.jspecify.annotations.NullMarked;
