package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;

/**
 * The name of the server that a ticket is asked for (the SPN).
 *
 * <p>A host-based name, {@code service@host}, lets the JDK find the realm of the host. A Kerberos
 * principal name, {@code service/host@REALM}, is taken as it is written.
 *
 * @param text the name as GSS-API writes it
 * @param isPrincipal whether it is a Kerberos principal name rather than a host-based one
 */
public record TargetName(String text, boolean isPrincipal) {
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
   * The name for GSS-API.
   *
   * @throws GSSException if the JDK cannot make a name of it
   */
  GSSName toGssName() throws GSSException {
    Oid type = isPrincipal ? Oids.KERBEROS_PRINCIPAL_NAME : GSSName.NT_HOSTBASED_SERVICE;
    return GSSManager.getInstance().createName(text, type);
  }

  /**
   * The Kerberos principal that the JDK asks tickets for, without its realm, since the KDC may
   * refer to another.
   *
   * @return {@code service/host}
   * @throws SpnegoException if the JDK cannot make a principal of the name
   */
  public String principalWithoutRealm() throws SpnegoException {
    try {
      String principal = toGssName().canonicalize(Oids.KERBEROS).toString();
      int at = principal.lastIndexOf('@');
      return at < 0 ? principal : principal.substring(0, at);
    } catch (GSSException e) {
      throw new SpnegoException(
          Reason.NO_REALM, "The target name " + text + " has no Kerberos principal.", e);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
