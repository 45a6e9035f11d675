package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.kerberos.KerberosCode;
import io.github.smtpspnego.kerberos.PrincipalText;
import java.io.IOException;
import java.util.Optional;

/**
 * Compares the keys of the KDC with those of each name in a mail server's keytab. A login with a
 * key proves that it is the current one.
 *
 * @param keys the keytab
 */
record KeysStep(ServerKeys keys) implements Step {
  private static final int CLIENT_UNKNOWN = 6;
  private static final int PREAUTHENTICATION_REQUIRED = 25;

  @Override
  public void look(Examination examination, Findings findings) {
    Optional<KdcAnswer> kdc =
        examination.kdcAnswers.stream().filter(KdcAnswer::isThere).findFirst();
    if (kdc.isEmpty() || keys.principals().isEmpty()) {
      findings.skip(kdc.isEmpty() ? "No KDC answers." : "There are no keys to compare.");
      return;
    }
    for (String principal : keys.principals()) {
      KdcReply known;
      try {
        known = ask(kdc.get(), principal);
      } catch (IOException e) {
        findings.skip(principal + ": the KDC does not answer (" + KdcWire.problem(e) + ").");
        continue;
      }
      if (known.error() == CLIENT_UNKNOWN) {
        findings.ok(
            principal
                + ": no client of that name is in the KDC. Active Directory has service names that"
                + " are none; whether tickets for it fit is told below.");
        continue;
      }
      try {
        InitiatorCredentials login = Tickets.credentials(keys.file(), principal);
        findings.ok(principal + ": the KDC takes the keytab's key" + known.describeKeys() + ".");
        if (examination.credentials == null) {
          examination.credentials = login;
        }
      } catch (SpnegoException e) {
        findings.add(refused(principal, known, e));
      }
    }
  }

  private static KdcReply ask(KdcAnswer kdc, String principal) throws IOException {
    KdcWire wire = kdc.over(KdcWire.TCP).isThere() ? KdcWire.TCP : KdcWire.UDP;
    byte[] request =
        AsRequest.encode(PrincipalText.withoutRealm(principal), PrincipalText.realm(principal));
    return KdcReply.of(wire.ask(KdcWire.address(kdc.address()), request));
  }

  private Finding refused(String principal, KdcReply known, SpnegoException e) {
    boolean isStale = e.reason() == Reason.WRONG_PASSWORD;
    boolean tellsMore = known.error() != 0 && known.error() != PREAUTHENTICATION_REQUIRED;
    String text =
        principal
            + ": "
            + (isStale
                ? "the KDC has another key than the keytab" + known.describeKeys()
                : tellsMore
                    ? "the KDC says: " + KerberosCode.describe(known.error())
                    : Finding.fail(e).text().replaceFirst("\\.$", ""))
            + ".";
    String remedy =
        isStale
            ? "Make a new keytab from the current key (kadmin: ktadd; Active Directory: ktpass),"
                + " and keep the old entries until the tickets made with them have expired."
            : e.remedy();
    return keys.isAccepted(principal)
        ? Finding.fail(e.reason(), text, remedy)
        : Finding.warn(e.reason(), text, remedy);
  }
}
