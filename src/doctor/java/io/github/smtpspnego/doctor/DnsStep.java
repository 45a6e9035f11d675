package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Reports what DNS knows of the host's name: an alias, several addresses, or nothing. */
final class DnsStep implements Step {
  @Override
  public void look(Examination examination, Findings findings) {
    MailSettings settings = examination.settings;
    String host = settings.host();
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      String text = host + " is not known to DNS or the hosts file";
      if (settings.proxy().isPresent()) {
        findings.ok(text + "; the proxy " + settings.proxy().get() + " may know it.");
      } else {
        findings.fail(
            Reason.SERVER_UNKNOWN,
            text + ".",
            "Check the spelling, and the name servers of this machine.");
      }
      return;
    }
    findings.ok(
        host
            + " is "
            + Arrays.stream(addresses)
                .map(InetAddress::getHostAddress)
                .collect(Collectors.joining(", "))
            + ".");
    String canonical = addresses[0].getCanonicalHostName();
    if (settings.isTrue("sasl.usecanonicalhostname")) {
      examination.serverName = canonical;
      findings.ok("By sasl.usecanonicalhostname the ticket will be for " + canonical + ".");
    }
    examination.canonicalName = canonical;
    boolean isSpnSet = !settings.spnego(SpnegoOption.SPN).isEmpty();
    if (isLiteral(examination.serverName) && !isSpnSet) {
      findings.warn(
          Reason.SERVER_UNKNOWN,
          "An address instead of a name: a KDC hardly ever knows smtp/" + host + ".",
          "Connect to the server by its name"
              + (isLiteral(canonical) ? "." : ", " + canonical + " perhaps."));
    } else if (!canonical.equalsIgnoreCase(host)) {
      findings.ok(
          "Its canonical name is "
              + canonical
              + ": "
              + host
              + " is an alias or a name for several machines. The ticket is asked for "
              + examination.serverName
              + " all the same.");
    }
  }

  private static boolean isLiteral(String host) {
    return host.contains(":") || host.matches("\\d{1,3}(\\.\\d{1,3})*");
  }
}
