package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoProvider;
import jakarta.mail.NoSuchProviderException;
import jakarta.mail.Session;
import java.security.CodeSource;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.List;

/** Reports the JVM, the order of its security providers, and the mail transport that is used. */
final class JavaStep implements Step {
  private static final String OURS = "io.github.smtpspnego.mail.";

  @Override
  public void look(Examination examination, Findings findings) {
    findings.ok(
        "Java "
            + System.getProperty("java.version")
            + " ("
            + System.getProperty("java.vendor")
            + ") in "
            + System.getProperty("java.home")
            + ".");
    findings.ok("smtp-spnego is in " + place(SpnegoProvider.class) + ".");
    checkTransport(examination.settings, findings); // creating a Session installs the provider
    checkProviders(findings);
  }

  private static void checkProviders(Findings findings) {
    if (Security.getProvider(SpnegoProvider.NAME) == null) {
      findings.warn(
          Reason.OTHER_PROVIDER,
          "The security provider SmtpSpnego is not installed by being on the class path.",
          "Remove -Dsmtp.spnego.autoregister=false, or call SpnegoProvider.install().");
      SpnegoProvider.install();
    }
    List<String> names =
        Arrays.stream(Security.getProviders())
            .filter(provider -> provider.getService("SaslClientFactory", "GSSAPI") != null)
            .map(Provider::getName)
            .toList();
    String order = "GSSAPI is answered by " + String.join(", then ", names) + ".";
    if (names.get(0).equals(SpnegoProvider.NAME)) {
      findings.ok(order);
    } else {
      findings.warn(Reason.OTHER_PROVIDER, order, Reason.OTHER_PROVIDER.remedy());
    }
  }

  private static void checkTransport(MailSettings settings, Findings findings) {
    String protocol = settings.protocol();
    try {
      Session session = Session.getInstance(settings.all());
      String name = session.getProvider(protocol).getClassName();
      String set =
          settings.text("class").orElse(name); // Jakarta Mail's own setting for the transport
      String text = "Mail goes by " + set + "; Jakarta Mail is in " + place(Session.class) + ".";
      if (set.startsWith(OURS)) {
        findings.ok(text);
      } else {
        findings.warn(
            Reason.OTHER_PROVIDER,
            text,
            "It does not read mail."
                + protocol
                + ".sasl.spnego.enable, and says only 'failed to connect' when it does not"
                + " authenticate. Remove mail."
                + protocol
                + ".class and any other provider for "
                + protocol
                + "; with jakarta.mail-api before 2.1.4 put smtp-spnego before Angus Mail on the"
                + " class path.");
      }
    } catch (NoSuchProviderException | LinkageError e) {
      findings.warn(
          Reason.OTHER_PROVIDER,
          "Jakarta Mail is not there or has no transport for " + protocol + " (" + e + ").",
          "Put Angus Mail on the class path; for the old javax.mail start the program with"
              + " -javaagent:.");
    }
  }

  private static String place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null
        ? "an unknown place"
        : source.getLocation().toString();
  }
}
