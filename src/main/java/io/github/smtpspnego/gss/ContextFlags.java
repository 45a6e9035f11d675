package io.github.smtpspnego.gss;

/**
 * What an initiator requests of a context (RFC 2743 section 2.2.1).
 *
 * @param mutualAuth the server's proof of identity
 * @param delegation the ticket-granting ticket is forwarded
 * @param delegationPolicy it is forwarded if the KDC marks the server OK-AS-DELEGATE
 * @param integrity messages with integrity protection. Cyrus SASL servers interpret this flag as a
 *     security layer under {@code GSS-SPNEGO}. The JDK wraps the layer choice without it too
 * @param confidentiality messages that are encrypted
 */
public record ContextFlags(
    boolean mutualAuth,
    boolean delegation,
    boolean delegationPolicy,
    boolean integrity,
    boolean confidentiality) {}
