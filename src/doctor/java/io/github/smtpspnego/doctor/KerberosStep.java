package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.Krb5Conf;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.security.auth.kerberos.KerberosPrincipal;

/** Reports the krb5.conf, the realm, its KDCs, and whether they answer. */
final class KerberosStep implements Step {
  /** The JDK's default in octets. Larger requests are sent over TCP at once. */
  private static final int UDP_LIMIT = 1465;

  @Override
  public void look(Examination examination, Findings findings) {
    Krb5Conf conf = Krb5Conf.read();
    if (conf.isRefused()) {
      findings.fail(
          Reason.NO_REALM,
          "The JDK does not use " + conf.location() + ".",
          "Correct it. The JDK uses none of it while there is an error in it.");
      return;
    }
    findings.ok("The JDK reads " + conf.location() + ".");
    Optional<String> defaultRealm = defaultRealm();
    if (defaultRealm.isPresent()) {
      findings.ok("The default realm is " + defaultRealm.get() + ".");
    } else {
      findings.warn(
          Reason.NO_REALM,
          "There is no default realm: names need theirs, by the principal or by [domain_realm].",
          Reason.NO_REALM.remedy());
    }
    String realm = examination.realm.isEmpty() ? defaultRealm.orElse("") : examination.realm;
    if (!realm.isEmpty()) {
      examination.realm = realm;
      askKdcs(conf, realm, examination, findings);
    }
  }

  /** The default realm of the JDK: from the file, DNS or Windows. */
  private static Optional<String> defaultRealm() {
    try {
      return Optional.of(new KerberosPrincipal("nobody").getRealm());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void askKdcs(
      Krb5Conf conf, String realm, Examination examination, Findings findings) {
    String origin = "krb5.conf";
    List<String> kdcs = conf.kdcs(realm);
    if (kdcs.isEmpty() && looksInDns(conf)) {
      origin = "DNS";
      kdcs = KdcNames.inDns(realm);
    }
    if (kdcs.isEmpty()) {
      findings.fail(
          Reason.KDC_UNREACHABLE,
          "Neither krb5.conf nor DNS (_kerberos._udp." + realm + ") names a KDC of " + realm + ".",
          Reason.KDC_UNREACHABLE.remedy());
      return;
    }
    if (kdcs.size() > KdcAnswer.MOST) {
      findings.ok("Of " + kdcs.size() + " KDCs the first " + KdcAnswer.MOST + " are asked.");
      kdcs = kdcs.subList(0, KdcAnswer.MOST);
    }
    List<KdcAnswer> answers;
    try {
      answers = KdcAnswer.ask(kdcs, realm);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    examination.kdcAnswers = answers;
    if (examination.isKdcAway()) {
      findings.fail(
          Reason.KDC_UNREACHABLE,
          "No KDC of "
              + realm
              + ", named by "
              + origin
              + ", answers: "
              + answers.stream().map(KdcAnswer::toString).collect(Collectors.joining(", "))
              + ".",
          Reason.KDC_UNREACHABLE.remedy());
      return;
    }
    boolean usesUdp = udpLimit(conf, realm) >= AsRequest.encode(AsRequest.NOBODY, realm).length;
    for (KdcAnswer answer : answers) {
      findings.add(finding(answer, origin, usesUdp));
    }
  }

  private static Finding finding(KdcAnswer answer, String origin, boolean usesUdp) {
    KdcAnswer.Outcome tcp = answer.over(KdcWire.TCP);
    KdcAnswer.Outcome udp = answer.over(KdcWire.UDP);
    String kdc = "The KDC " + answer.address() + ", named by " + origin + ",";
    if (!answer.isThere()) {
      return Finding.warn(
          Reason.KDC_UNREACHABLE,
          "The KDC " + answer + ", named by " + origin + ", does not answer.",
          "Logins that ask it first take long: mend it, or take it out.");
    }
    String expected =
        (tcp.isThere() ? tcp : udp).answer() + ", as it should to a client that does not exist";
    if (!tcp.isThere()) {
      return Finding.warn(
          Reason.KDC_UNREACHABLE,
          kdc + " answers over UDP and not over TCP (" + tcp.problem() + "): " + expected + ".",
          "Large tickets need TCP: open the KDC's port for it.");
    }
    if (udp.isThere()) {
      return Finding.ok(kdc + " answers over TCP and UDP: " + expected + ".");
    }
    String text = kdc + " answers over TCP and not over UDP (" + udp.problem() + "): " + expected;
    return usesUdp
        ? Finding.warn(
            Reason.KDC_UNREACHABLE,
            text + ".",
            "The JDK asks over UDP first: open the KDC's port for it, or set"
                + " udp_preference_limit = 1 in krb5.conf.")
        : Finding.ok(text + ". By udp_preference_limit the JDK asks over TCP.");
  }

  /** Follows the JDK's rule: the realm's own value, then the general one. */
  private static int udpLimit(Krb5Conf conf, String realm) {
    return conf.value("realms", realm, "udp_preference_limit")
        .or(() -> conf.value("libdefaults", "udp_preference_limit"))
        .filter(set -> set.matches("\\d{1,9}"))
        .map(Integer::parseInt)
        .orElse(UDP_LIMIT);
  }

  private static boolean looksInDns(Krb5Conf conf) {
    String set =
        conf.value("libdefaults", "dns_lookup_kdc")
            .or(() -> conf.value("libdefaults", "dns_fallback"))
            .orElse("true");
    return !List.of("no", "false").contains(set.toLowerCase(Locale.ROOT));
  }
}
