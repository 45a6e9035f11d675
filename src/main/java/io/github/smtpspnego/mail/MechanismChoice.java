package io.github.smtpspnego.mail;

import io.github.smtpspnego.settings.SaslProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a connection is authenticated, once the server's reply to EHLO is known.
 *
 * @param way who authenticates it
 * @param mechanisms the SASL mechanisms that Angus Mail may use, in capitals (RFC 4422 section
 *     3.1); empty for any
 */
record MechanismChoice(Way way, List<String> mechanisms) {
  /** Who authenticates the connection. */
  enum Way {
    /** {@code SmtpAuthClient}, by SPNEGO; it fails if the server does not offer that. */
    SPNEGO,
    /** Angus Mail, by one of the mechanisms. */
    ANGUS,
    /** Nobody: the server does not offer authentication, and it is not required. */
    NOBODY,
    /** Nobody without a password, which Jakarta Mail may ask for. */
    PASSWORD_NEEDED,
    /** Nobody, and the connection is to be closed. */
    UNAVAILABLE
  }

  MechanismChoice {
    mechanisms = List.copyOf(mechanisms);
  }

  private MechanismChoice(Way way) {
    this(way, List.of());
  }

  /** Whether Angus Mail may use the mechanism. */
  boolean allows(String mechanism) {
    return mechanisms.isEmpty() || mechanisms.contains(mechanism.toUpperCase(Locale.ROOT));
  }

  /**
   * Chooses how to authenticate.
   *
   * <p>If no SASL client can be created for the configured mechanisms, Angus Mail sends user and
   * password by LOGIN, PLAIN, DIGEST-MD5 or NTLM, even if these are not configured. Here only the
   * configured mechanisms are used, in their order. If none is configured, GSSAPI is the first
   * (MS-SSEAN section 3.1.5.1).
   *
   * @param hasPassword whether there is a password that another mechanism could send
   * @param offered what follows AUTH in the server's reply to EHLO; empty for no authentication
   */
  static MechanismChoice of(AuthPolicy policy, boolean hasPassword, String offered) {
    List<String> offers = SaslProperties.split(offered.toUpperCase(Locale.ROOT));
    List<String> allowed = new ArrayList<>();
    for (String name : policy.mechanisms()) {
      String upper = name.toUpperCase(Locale.ROOT);
      boolean ours = SaslProperties.isSpnego(upper);
      if (!offers.contains(upper) || (!ours && !hasPassword)) {
        continue;
      }
      if (ours && policy.isSpnego() && allowed.isEmpty()) {
        return new MechanismChoice(Way.SPNEGO);
      }
      // Without SPNEGO, Angus Mail would use the JDK's client, which supports GSSAPI only.
      if (!ours || (!policy.isSpnego() && upper.equals(SaslProperties.GSSAPI))) {
        allowed.add(upper);
      }
      // Angus Mail uses LOGIN only if it can create no SASL client, so LOGIN ends the list.
      if (upper.equals("LOGIN")) {
        break;
      }
    }
    if (!allowed.isEmpty()) {
      return new MechanismChoice(Way.ANGUS, allowed);
    }
    if (!policy.isExclusive()) {
      boolean isLeftToAngus = hasPassword || !policy.isRequired();
      return new MechanismChoice(isLeftToAngus ? Way.ANGUS : Way.PASSWORD_NEEDED);
    }
    if (!policy.isRequired() && offers.isEmpty()) {
      return new MechanismChoice(Way.NOBODY);
    }
    return new MechanismChoice(policy.isSpnego() ? Way.SPNEGO : Way.UNAVAILABLE);
  }
}
