package io.github.smtpspnego.gss;

/**
 * What an initiator asks of a context (RFC 2743 section 2.2.1).
 *
 * @param mutualAuth the server's proof of identity
 * @param delegation the ticket-granting ticket is forwarded
 * @param delegationPolicy it is forwarded where the KDC marks the server OK-AS-DELEGATE
 * @param integrity messages with integrity protection. Cyrus SASL servers take this flag for a
 *     security layer under {@code GSS-SPNEGO}; the JDK wraps a layer choice without it too
 * @param confidentiality messages that are encrypted
 */
public record ContextFlags(
    boolean mutualAuth,
    boolean delegation,
    boolean delegationPolicy,
    boolean integrity,
    boolean confidentiality) {}
