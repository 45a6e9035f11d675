package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Gss;
import io.github.smtpspnego.kerberos.KerberosFailure;
import io.github.smtpspnego.kerberos.Krb5Conf;
import java.time.InstantSource;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/**
 * Constrained delegation (MS-SFU): a service authenticates as a user without the user's
 * credentials.
 */
final class Impersonation {
  private Impersonation() {}

  /**
   * Requests a user's ticket for the service itself from the KDC (S4U2self). With this ticket the
   * JDK requests tickets for other servers (S4U2proxy).
   *
   * @return the user's credentials, whose service tickets are kept apart from those of the service
   */
  static InitiatorCredentials of(InitiatorCredentials own, String user) throws SpnegoException {
    String tried = "Impersonating " + user + " " + own.describe();
    GSSCredential credential = own.credential();
    KerberosTicket granting = own.grantingTicket();
    if (credential == null) {
      throw new SpnegoException(
          Reason.IMPERSONATION,
          tried + ": that takes a ticket-granting ticket, and there are service tickets only.",
          "Have the program log in as the service, or set a keytab.",
          null);
    }
    try {
      NamedCredential named = NamedCredential.of(Gss.impersonate(credential, user));
      Subject subject = new Subject();
      if (granting != null) {
        subject.getPrivateCredentials().add(granting);
      }
      return new InitiatorCredentials(
          named.name(),
          "as " + named.name() + ", impersonated " + own.describe().replaceFirst("^as ", "by "),
          named.credential(),
          subject,
          true,
          InstantSource.system());
    } catch (LinkageError e) {
      throw Gss.withoutExtensions(Reason.IMPERSONATION, tried, e);
    } catch (GSSException | RuntimeException e) {
      throw explain(tried, granting, e);
    }
  }

  private static SpnegoException explain(
      String tried, @Nullable KerberosTicket granting, Exception failure) {
    Reason reason = KerberosFailure.reason(failure);
    if (reason != Reason.GSS_FAILURE) {
      return KerberosFailure.explain(reason, tried, failure);
    }
    if (granting == null || granting.isForwardable()) {
      return KerberosFailure.explain(Reason.IMPERSONATION, tried, failure);
    }
    return new SpnegoException(
        Reason.IMPERSONATION,
        tried + ": the service's ticket-granting ticket is not forwardable.",
        "Put the line forwardable = true into [libdefaults] of "
            + Krb5Conf.read().location()
            + ", or make the ticket cache with kinit -f.",
        failure);
  }

  /**
   * The failure of a service that got the user's ticket for itself but not the one for the server.
   */
  static SpnegoException refused(String tried, SpnegoException failure) {
    return failure.reason() == Reason.GSS_FAILURE
        ? KerberosFailure.explain(Reason.IMPERSONATION, tried, failure)
        : failure;
  }
}
