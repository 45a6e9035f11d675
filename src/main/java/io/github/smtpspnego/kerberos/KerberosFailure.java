package io.github.smtpspnego.kerberos;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Explains exceptions of the JDK's GSS-API and Kerberos classes.
 *
 * <p>The minor code of these exceptions is always -1. The error code of RFC 4120 is in the message
 * of a {@code sun.security.krb5.KrbException} in the chain of causes. That class is not exported,
 * so its message is parsed.
 */
public final class KerberosFailure {
  /** White space and characters that could break a line of a log. The JDK does not escape a NUL. */
  private static final Pattern NO_TEXT = Pattern.compile("[\\s\\p{C}\\p{Zl}\\p{Zp}]+");

  private static final Pattern CODE = Pattern.compile("\\((\\d{1,3})\\)(?: - |$)");

  private static final String TIMED_OUT = "timed out";

  /** What the JDK says if the KDC gives no ticket for another realm. */
  private static final String NO_WAY = "No service creds";

  /** A chain of causes may be circular. */
  private static final int LONGEST_CHAIN = 20;

  /** Phrases in the JDK's messages, which are not localized, and their reasons. */
  private static final Map<String, Reason> PHRASES = new LinkedHashMap<>();

  static {
    PHRASES.put("Failed to find any Kerberos", Reason.NO_CREDENTIALS);
    PHRASES.put("No Kerberos credentials available", Reason.NO_CREDENTIALS);
    PHRASES.put("Unable to obtain Principal Name", Reason.NO_CREDENTIALS);
    PHRASES.put("Unable to obtain password from user", Reason.KEYTAB);
    PHRASES.put("Cannot locate default realm", Reason.NO_REALM);
    PHRASES.put("Cannot locate KDC", Reason.KDC_UNREACHABLE);
    PHRASES.put("Cannot get kdc for realm", Reason.KDC_UNREACHABLE);
    PHRASES.put("Cannot get a KDC reply", Reason.KDC_UNREACHABLE);
    PHRASES.put(TIMED_OUT, Reason.KDC_UNREACHABLE);
    PHRASES.put(NO_WAY, Reason.SERVER_UNKNOWN);
    PHRASES.put("Clock skew too great", Reason.CLOCK_SKEW);
    PHRASES.put("Message stream modified", Reason.MESSAGE_MODIFIED);
    PHRASES.put("Checksum failed", Reason.MESSAGE_MODIFIED);
    PHRASES.put("RC4 not enabled", Reason.ENCRYPTION_TYPE);
    PHRASES.put("Cannot find key of appropriate type", Reason.ENCRYPTION_TYPE);
    PHRASES.put("ncryption type", Reason.ENCRYPTION_TYPE);
    PHRASES.put("etype", Reason.ENCRYPTION_TYPE);
    PHRASES.put("Ticket expired", Reason.TICKET_EXPIRED);
    PHRASES.put("AP_REP token id does not match", Reason.NOT_SPNEGO);
    PHRASES.put("Defective token", Reason.MALFORMED_TOKEN);
    // Of a krb5.conf that the JDK does not use.
    for (String refusal :
        List.of(
            "Illegal config", "Config file ", "Unmatched close", "Not closed", "Profile path ")) {
      PHRASES.put(refusal, Reason.NO_REALM);
    }
    // MIT Kerberos, whose messages have no error code.
    PHRASES.put("SPNEGO cannot find mechanisms to negotiate", Reason.NO_CREDENTIALS);
    PHRASES.put("find client principal", Reason.NO_CREDENTIALS);
    PHRASES.put("does not match desired name", Reason.NO_CREDENTIALS);
    PHRASES.put("not found in Kerberos database", Reason.SERVER_UNKNOWN);
  }

  private KerberosFailure() {}

  /**
   * Explains an exception.
   *
   * @param tried what was tried, the start of a sentence: "Asking the KDC for a ticket for
   *     smtp@host as alice@REALM"
   */
  public static SpnegoException explain(String tried, Throwable failure) {
    return explain(reason(failure), tried, failure);
  }

  /** Explains an exception whose reason is known. */
  public static SpnegoException explain(Reason reason, String tried, Throwable failure) {
    String cameBack = cameBack(failure);
    boolean isRefused = reason == Reason.NO_REALM && Krb5Conf.read().isRefused();
    return new SpnegoException(
        reason,
        tried + ": " + cameBack + "." + details(reason, cameBack),
        isRefused ? "Correct the Kerberos configuration." : reason.remedy(),
        failure);
  }

  /** The reason for an exception; {@link Reason#GSS_FAILURE} if none other is found. */
  public static Reason reason(Throwable failure) {
    for (Throwable link : chain(failure)) {
      Matcher code = CODE.matcher(String.valueOf(link.getMessage()));
      if (isKerberos(link) && code.find()) {
        Reason reason = KerberosCode.reason(Integer.parseInt(code.group(1)));
        if (reason != Reason.GSS_FAILURE) {
          return reason;
        }
      }
    }
    for (Throwable link : chain(failure)) {
      if (link instanceof SocketException
          || link instanceof SocketTimeoutException
          || link instanceof UnknownHostException) {
        return Reason.KDC_UNREACHABLE;
      }
      for (Map.Entry<String, Reason> phrase : PHRASES.entrySet()) {
        if (String.valueOf(link.getMessage()).contains(phrase.getKey())) {
          return phrase.getValue();
        }
      }
    }
    return Reason.GSS_FAILURE;
  }

  /**
   * The message of the Kerberos exception; without one, the innermost message that is not blank.
   */
  private static String cameBack(Throwable failure) {
    String message = failure.toString();
    for (Throwable link : chain(failure)) {
      if (link.getMessage() != null && !link.getMessage().isBlank()) {
        message = Printable.lines(NO_TEXT.matcher(link.getMessage()).replaceAll(" "));
        if (isKerberos(link)) {
          break;
        }
        if (link instanceof UnknownHostException) {
          message = "unknown host " + message;
        }
      }
    }
    return message;
  }

  private static String details(Reason reason, String cameBack) {
    if (reason == Reason.CLOCK_SKEW) {
      return " This machine's clock: " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ".";
    }
    if (reason == Reason.KDC_UNREACHABLE && cameBack.contains(TIMED_OUT)) {
      return " "
          + Krb5Conf.read().describe()
          + ". How long a KDC is waited for is set there, by kdc_timeout and max_retries.";
    }
    String suffix =
        cameBack.contains("locate KDC") || cameBack.contains("kdc for realm")
            ? " The suffix of a user principal name is often not the realm."
            : cameBack.contains(NO_WAY)
                ? " The KDC has no trust path to the realm of that name, or [domain_realm] names the wrong realm."
                : "";
    return reason == Reason.NO_REALM
            || reason == Reason.KDC_UNREACHABLE
            || reason == Reason.CLIENT_UNKNOWN
            || reason == Reason.SERVER_UNKNOWN
        ? " " + Krb5Conf.read().describe() + "." + suffix
        : "";
  }

  private static boolean isKerberos(Throwable link) {
    return link.getClass().getName().startsWith("sun.security.krb5.");
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable link = failure;
        link != null && chain.size() < LONGEST_CHAIN;
        link = link.getCause()) {
      chain.add(link);
    }
    return chain;
  }
}
