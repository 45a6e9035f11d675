package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.kerberos.Krb5Conf;
import java.util.List;
import java.util.stream.Collectors;

/** Which krb5.conf is read, the realm, its KDCs, and whether they answer. */
final class KerberosStep implements Step {
  @Override
  public String id() {
    return "kerberos";
  }

  @Override
  public String title() {
    return "Kerberos configuration";
  }

  @Override
  public void look(Examination examination, Findings findings) {
    Krb5Conf conf = Krb5Conf.read();
    findings.ok("The JDK reads " + conf.location() + ".");
    String realm = realm(examination.settings(), conf, findings);
    if (realm.isEmpty()) {
      return;
    }
    List<String> named = conf.kdcs(realm);
    List<String> kdcs = named.isEmpty() ? KdcNames.inDns(realm) : named;
    if (kdcs.isEmpty()) {
      findings.fail(
          Reason.KDC_UNREACHABLE,
          "Neither krb5.conf nor DNS (_kerberos._tcp." + realm + ") names a KDC of " + realm + ".",
          Reason.KDC_UNREACHABLE.remedy());
      return;
    }
    List<KdcAnswer> answers = kdcs.stream().map(kdc -> KdcAnswer.ask(kdc, realm)).toList();
    examination.kdcsAnswered(answers);
    String origin = named.isEmpty() ? "by DNS" : "by krb5.conf";
    for (KdcAnswer answer : answers) {
      if (answer.isThere()) {
        findings.ok(
            "The KDC "
                + answer.address()
                + ", named "
                + origin
                + ", answers over TCP: "
                + answer.answer()
                + ", as it should to a client that does not exist.");
      } else if (!examination.isKdcAway()) {
        findings.warn(
            Reason.KDC_UNREACHABLE,
            "The KDC " + answer + ", named " + origin + ", does not answer over TCP.",
            "Logins that ask it first take long: mend it, or take it out.");
      }
    }
    if (examination.isKdcAway()) {
      findings.fail(
          Reason.KDC_UNREACHABLE,
          "No KDC of "
              + realm
              + ", named "
              + origin
              + ", answers over TCP: "
              + answers.stream().map(KdcAnswer::toString).collect(Collectors.joining(", "))
              + ".",
          Reason.KDC_UNREACHABLE.remedy());
    }
  }

  /** The realm of the principal that is set, or the default one. */
  private static String realm(MailSettings settings, Krb5Conf conf, Findings findings) {
    String principal = settings.spnego(SpnegoOption.PRINCIPAL);
    String windows = System.getenv("USERDNSDOMAIN"); // the JDK's own last resort
    String defaultRealm = conf.defaultRealm().orElse(windows == null ? "" : windows);
    if (defaultRealm.isEmpty()) {
      findings.fail(Reason.NO_REALM, "There is no default realm.", Reason.NO_REALM.remedy());
    } else {
      findings.ok("The default realm is " + defaultRealm + ".");
    }
    int at = principal.lastIndexOf('@');
    return at < 0 ? defaultRealm : principal.substring(at + 1);
  }
}
