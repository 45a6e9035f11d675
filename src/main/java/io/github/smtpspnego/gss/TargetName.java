package io.github.smtpspnego.gss;

import io.github.smtpspnego.kerberos.PrincipalText;
import java.util.Locale;
import javax.security.auth.kerberos.KerberosPrincipal;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;

/**
 * The name of the server that a ticket is requested for (the SPN).
 *
 * <p>For a host-based name, {@code service@host}, the JDK determines the realm of the host. A
 * Kerberos principal name, {@code service/host@REALM}, is used as it is written.
 */
public final class TargetName {
  private final String text;
  private final boolean isPrincipal;

  private TargetName(String text, boolean isPrincipal) {
    this.text = text;
    this.isPrincipal = isPrincipal;
  }

  /** The host-based name of a service class, such as {@code smtp}, on a host. */
  public static TargetName of(String service, String host) {
    String absolute = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return new TargetName(service + "@" + absolute, false);
  }

  /**
   * Reads a service principal name as users write it.
   *
   * @param spn {@code SMTPSVC/mail.contoso.com}, {@code smtp/mail@REALM} or {@code smtp@host}
   * @return the name; host-based if it has no realm
   * @throws IllegalArgumentException if it has none of these forms
   */
  public static TargetName parse(String spn) {
    int slash = spn.indexOf('/');
    int at = spn.indexOf('@');
    boolean host = slash > 0 && slash < spn.length() - 1;
    if (host && at > slash && at < spn.length() - 1) {
      return new TargetName(spn, true);
    }
    if (host && at < 0 && spn.indexOf('/', slash + 1) < 0) {
      return of(spn.substring(0, slash), spn.substring(slash + 1));
    }
    if (slash < 0 && at > 0 && at < spn.length() - 1) {
      return of(spn.substring(0, at), spn.substring(at + 1));
    }
    throw new IllegalArgumentException(spn);
  }

  /**
   * Creates the name for GSS-API, which takes longer than most steps of an exchange.
   *
   * <p>The JDK asks DNS for the full name of a host, and accepts any name that begins with the
   * given name and a dot. That is intended for short names. A name that contains a dot is already a
   * full name, and DNS must not extend it.
   *
   * @throws GSSException if the JDK rejects the name
   */
  public GSSName toGssName() throws GSSException {
    if (isPrincipal) {
      return Gss.MANAGER.createName(text, Oids.KERBEROS_PRINCIPAL_NAME);
    }
    String fixed = text.indexOf('.') < 0 ? "" : withoutAnswerOfDns();
    return fixed.isEmpty()
        ? Gss.MANAGER.createName(text, GSSName.NT_HOSTBASED_SERVICE)
        : Gss.MANAGER.createName(fixed, Oids.KERBEROS_PRINCIPAL_NAME);
  }

  /** The principal without DNS's extension of the host's name; empty if DNS did not extend it. */
  private String withoutAnswerOfDns() {
    String meant = text.replaceFirst("@", "/");
    try {
      String found = new KerberosPrincipal(meant, KerberosPrincipal.KRB_NT_SRV_HST).getName();
      boolean isLonger = !PrincipalText.withoutRealm(found).equalsIgnoreCase(meant);
      return isLonger ? meant + "@" + PrincipalText.realm(found) : "";
    } catch (IllegalArgumentException e) {
      return ""; // there is no realm, which the JDK reports when it creates the name
    }
  }

  /**
   * Whether the JDK uses a ticket for a principal for this name. The realm is ignored, since the
   * KDC may refer to another one. A short host name matches a longer one, since the JDK asks DNS.
   *
   * @param principal the principal in the ticket, {@code service/host@REALM}
   */
  public boolean matches(String principal) {
    String service = PrincipalText.withoutRealm(principal).toLowerCase(Locale.ROOT);
    String wanted = text.toLowerCase(Locale.ROOT);
    if (isPrincipal) {
      return service.equals(PrincipalText.withoutRealm(wanted));
    }
    String hostBased = wanted.replaceFirst("@", "/");
    return service.equals(hostBased) || service.startsWith(hostBased + ".");
  }

  @Override
  public String toString() {
    return text;
  }
}
