package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.CredentialSettings;
import io.github.smtpspnego.settings.LayerEnding;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reports the settings, and whether SPNEGO is used with them. */
final class SettingsStep implements Step {
  private static final String SHOWN =
      "mail.from mail.host mail.user mail.transport.protocol javax.security.sasl.maxbuffer"
          + " javax.security.sasl.qop javax.security.sasl.server.authentication";

  private static final String SHOWN_OF_PROTOCOL =
      "host port user from class auth auth.mechanisms auth.login.disable auth.plain.disable"
          + " auth.ntlm.disable auth.digest-md5.disable auth.xoauth2.disable ehlo localhost"
          + " localaddress localport connectiontimeout timeout writetimeout quitwait"
          + " allow8bitmime sendpartial proxy.host proxy.port socks.host socks.port"
          + " socketFactory.class socketFactory.fallback socketFactory.port ssl.enable ssl.trust"
          + " ssl.protocols ssl.ciphersuites ssl.checkserveridentity ssl.socketFactory.class"
          + " ssl.socketFactory.port starttls.enable starttls.required sasl.enable"
          + " sasl.mechanisms sasl.realm sasl.authorizationid sasl.usecanonicalhostname";

  @Override
  public void look(Examination examination, Findings findings) throws IOException {
    MailSettings settings = examination.settings;
    findings.ok("The mail server is " + settings.server() + ".");
    showAll(settings, findings);
    SettingsReader reader = settings.reader();
    checkNames(settings, findings);
    checkProgram(settings, findings);
    checkValues(settings, reader);
    if (!reader.isOn() || !reader.isKnownHost(settings.host())) {
      findings.fail(
          Reason.BAD_SETTING,
          "By the settings enable and hosts, " + settings.host() + " is left to the JDK's client.",
          "Remove "
              + SpnegoOption.ENABLE.propertyName(settings.protocol())
              + ", or add the host"
              + " to "
              + SpnegoOption.HOSTS.propertyName(settings.protocol())
              + ".");
    }
  }

  private static void showAll(MailSettings settings, Findings findings) {
    Set<String> shown = shown(settings.protocol());
    for (String name : new TreeSet<>(settings.all().stringPropertyNames())) {
      findings.ok(name + "=" + (shown.contains(name) ? settings.all().getProperty(name) : "(set)"));
    }
  }

  /** The names whose values contain no secret. The values of all others are not shown. */
  private static Set<String> shown(String protocol) {
    Set<String> names = new TreeSet<>(Set.of(SHOWN.split("\\s+", -1)));
    for (String name : SHOWN_OF_PROTOCOL.split("\\s+", -1)) {
      names.add("mail." + protocol + "." + name);
    }
    for (SpnegoOption option : SpnegoOption.values()) {
      names.add(option.propertyName(protocol));
    }
    return names;
  }

  /**
   * Checks the settings that a program needs beside the jar. Those set in its code are not known.
   */
  private static void checkProgram(MailSettings settings, Findings findings) {
    String prefix = "mail." + settings.protocol() + ".";
    if (settings.isTrue("sasl.spnego.enable")) {
      return; // it replaces the others
    }
    if (settings.isSwitchedOff("sasl.enable")) {
      findings.fail(
          Reason.BAD_SETTING,
          prefix + "sasl.enable is not true, so that Jakarta Mail uses no SASL.",
          "Set it to true.");
    } else if (settings.isOfProgram() && settings.text("sasl.enable").isEmpty()) {
      findings.warn(
          Reason.BAD_SETTING,
          prefix + "sasl.enable is not set here, and without it Jakarta Mail uses no SASL.",
          "See that the program sets it to true.");
    }
    if (settings.mechanisms().isEmpty()) {
      findings.fail(
          Reason.BAD_SETTING,
          prefix + "sasl.mechanisms names neither GSSAPI nor GSS-SPNEGO.",
          "Add GSSAPI.");
    }
  }

  private static void checkNames(MailSettings settings, Findings findings) {
    List<String> known =
        Arrays.stream(SpnegoOption.values())
            .map(option -> option.propertyName(settings.protocol()))
            .toList();
    String prefix = SpnegoOption.prefix(settings.protocol());
    for (String name : new TreeSet<>(settings.all().stringPropertyNames())) {
      if (name.startsWith(prefix) && !known.contains(name)) {
        findings.warn(
            Reason.BAD_SETTING,
            "The property " + name + " is not a setting of smtp-spnego.",
            "The names after "
                + prefix
                + " are "
                + String.join(", ", known).replace(prefix, "")
                + ".");
      }
    }
  }

  private static void checkValues(MailSettings settings, SettingsReader reader) throws IOException {
    for (SpnegoOption option : SpnegoOption.values()) {
      if (!option.choices().isEmpty()) {
        reader.choice(option);
      }
    }
    new CredentialSettings(reader);
    SaslProperties.qop(reader, reader.constant(SpnegoOption.SECURITYLAYER, LayerEnding.class));
    SaslProperties.maxBuffer(reader);
    settings.target(settings.host());
  }
}
