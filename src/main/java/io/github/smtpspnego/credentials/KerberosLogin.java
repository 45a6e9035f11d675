package io.github.smtpspnego.credentials;

import com.sun.security.auth.module.Krb5LoginModule;
import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KerberosFailure;
import io.github.smtpspnego.kerberos.KeytabFile;
import io.github.smtpspnego.kerberos.Printable;
import java.nio.file.Path;
import java.util.HashMap;
import javax.security.auth.Subject;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;

/**
 * Logs in with the JDK's {@code Krb5LoginModule}, or with an entry of the JVM's JAAS configuration.
 */
final class KerberosLogin {
  private KerberosLogin() {}

  /**
   * Logs in.
   *
   * @param renew whether the KDC is to renew a ticket from a cache
   * @return a new Subject with the ticket-granting ticket
   */
  static Subject login(LoginRequest request, boolean renew) throws SpnegoException {
    Path file = request.file();
    if (request.source() == CredentialSource.KEYTAB && file != null) {
      // The JDK keeps the keys of a file that this user may no longer read.
      String fault = KeytabFile.fault(file);
      if (!fault.isEmpty()) {
        throw new SpnegoException(
            Reason.KEYTAB, "Logging in " + request.describe() + ": " + fault + ".", null);
      }
    }
    Subject subject = new Subject();
    try {
      if (request.source() == CredentialSource.JAAS) {
        new LoginContext(request.jaasEntry(), subject, request.answers(), request.configuration())
            .login();
      } else {
        Krb5LoginModule module = new Krb5LoginModule();
        module.initialize(subject, request.answers(), new HashMap<>(), request.options(renew));
        module.login();
        module.commit();
      }
      return subject;
    } catch (LoginException | RuntimeException | LinkageError e) {
      throw explain(request, e);
    }
  }

  /** The JDK uses one message for several faults. The request tells them apart. */
  private static SpnegoException explain(LoginRequest request, Throwable failure) {
    String tried = "Logging in " + request.describe();
    Reason reason = KerberosFailure.reason(failure);
    boolean noneFound = reason == Reason.KEYTAB || reason == Reason.NO_CREDENTIALS;
    boolean unknown = reason == Reason.GSS_FAILURE;
    Path file = request.file();
    if (request.source() == CredentialSource.KEYTAB && file != null && noneFound) {
      return new SpnegoException(
          Reason.KEYTAB,
          tried + ": it holds no usable key for that principal. " + KeytabFile.describe(file),
          failure);
    }
    if (request.source() == CredentialSource.TICKETCACHE && (noneFound || unknown)) {
      String fault = file == null ? "" : KeytabFile.fault(file);
      String why =
          fault.isEmpty() ? "it contains no valid ticket; expired tickets do not count" : fault;
      return new SpnegoException(Reason.NO_CREDENTIALS, tried + ": " + why + ".", failure);
    }
    if (request.source() == CredentialSource.JAAS && unknown) {
      return new SpnegoException(
          Reason.JAAS_ENTRY,
          tried + ": " + Printable.lines(String.valueOf(failure.getMessage())) + ".",
          failure);
    }
    if (reason == Reason.MESSAGE_MODIFIED
        && !String.valueOf(failure.getMessage()).contains("(41)")) {
      // For a wrong key some KDCs report error 31 instead of 24. Error 41 means that the realm is
      // in the wrong case.
      reason = Reason.WRONG_PASSWORD;
    }
    return KerberosFailure.explain(reason, tried, failure);
  }
}
