package io.github.smtpspnego.gss;

import java.util.Locale;
import javax.security.auth.kerberos.KerberosPrincipal;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;

/**
 * The name of the server that a ticket is asked for (the SPN).
 *
 * <p>A host-based name, {@code service@host}, lets the JDK find the realm of the host. A Kerberos
 * principal name, {@code service/host@REALM}, is taken as it is written.
 */
public final class TargetName {
  private final String text;
  private final boolean isPrincipal;

  private TargetName(String text, boolean isPrincipal) {
    this.text = text;
    this.isPrincipal = isPrincipal;
  }

  /**
   * The host-based name of a service.
   *
   * @param service the service class, {@code smtp} say
   * @param host the server's name
   * @return the name
   */
  public static TargetName of(String service, String host) {
    String absolute = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return new TargetName(service + "@" + absolute, false);
  }

  /**
   * Reads a service principal name as users write it.
   *
   * @param spn {@code SMTPSVC/mail.contoso.com}, {@code smtp/mail@REALM} or {@code smtp@host}
   * @return the name; without a realm it is host-based, so that the host's realm is found
   * @throws IllegalArgumentException if it is of none of these forms
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
   * Makes the name for GSS-API, which takes the JDK longer than most of an exchange.
   *
   * <p>The JDK asks DNS for the whole name of a host, and takes any that begins with the name given
   * and a dot. That is wanted for a short name. DNS must not lengthen a name that has dots.
   *
   * @return the name
   * @throws GSSException if the JDK cannot make a name of it
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

  /** The principal that is meant, where DNS has lengthened the host's name; else empty. */
  private String withoutAnswerOfDns() {
    String meant = text.replaceFirst("@", "/");
    try {
      String found = new KerberosPrincipal(meant, KerberosPrincipal.KRB_NT_SRV_HST).getName();
      int at = found.lastIndexOf('@');
      boolean isLonger = at > 0 && !found.substring(0, at).equalsIgnoreCase(meant);
      return isLonger ? meant + found.substring(at) : "";
    } catch (IllegalArgumentException e) {
      return ""; // there is no realm, as the JDK will say
    }
  }

  /**
   * Whether a ticket for a principal is one for this name. The realm does not count, since the KDC
   * may refer to another one; a short host name may stand for a longer one, since the JDK asks DNS.
   *
   * @param principal the principal in the ticket, {@code service/host@REALM}
   * @return true if the ticket would be used for this name
   */
  public boolean isMeantBy(String principal) {
    String service = withoutRealm(principal).toLowerCase(Locale.ROOT);
    String wanted = text.toLowerCase(Locale.ROOT);
    if (isPrincipal) {
      return service.equals(withoutRealm(wanted));
    }
    String hostBased = wanted.replaceFirst("@", "/");
    return service.equals(hostBased) || service.startsWith(hostBased + ".");
  }

  private static String withoutRealm(String principal) {
    int at = principal.lastIndexOf('@');
    return at < 0 ? principal : principal.substring(0, at);
  }

  @Override
  public String toString() {
    return text;
  }
}
