/**
 * SMTP AUTH GSSAPI with SPNEGO: how to register it ({@link io.github.smtpspnego.SpnegoProvider}),
 * how to set it up ({@link io.github.smtpspnego.SpnegoOption}), and what it reports ({@link
 * io.github.smtpspnego.SpnegoException}).
 *
 * <p>Parameters and return values are not null unless their type is {@code @Nullable}.
 */
@NullMarked
package io.github.smtpspnego;

import org.jspecify.annotations.NullMarked;
