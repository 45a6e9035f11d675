/**
 * The one seam to {@code org.ietf.jgss}: contexts, names, SPNEGO tokens and security layers. Knows
 * nothing of SASL's order of messages, of mail, or of where credentials come from.
 */
@NullMarked
package io.github.smtpspnego.gss;

import org.jspecify.annotations.NullMarked;
