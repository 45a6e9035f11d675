package io.github.smtpspnego.kerberos;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds what is wrong in an exception of the JDK's GSS-API and Kerberos classes.
 *
 * <p>Their own messages nest, and their minor code is always -1; the truth is a {@code
 * sun.security.krb5.KrbException} deep in the chain of causes, with the number of RFC 4120 in its
 * text. The class is not exported, so the text is what can be read.
 */
public final class KerberosFailure {
  private static final Pattern CODE = Pattern.compile("\\((\\d{1,3})\\)");

  /** A phrase of the JDK's (they are not translated) and what it means. */
  private record Phrase(String text, Reason reason) {}

  private static final List<Phrase> PHRASES =
      List.of(
          new Phrase("Failed to find any Kerberos tgt", Reason.NO_CREDENTIALS),
          new Phrase("Failed to find any Kerberos Key", Reason.ACCEPTOR_CREDENTIALS),
          new Phrase("No Kerberos credentials available", Reason.NO_CREDENTIALS),
          new Phrase("Unable to obtain Principal Name", Reason.NO_CREDENTIALS),
          new Phrase("Unable to obtain password from user", Reason.KEYTAB),
          new Phrase("Cannot locate default realm", Reason.NO_REALM),
          new Phrase("Cannot locate KDC", Reason.KDC_UNREACHABLE),
          new Phrase("Cannot get kdc for realm", Reason.KDC_UNREACHABLE),
          new Phrase("Cannot get a KDC reply", Reason.KDC_UNREACHABLE),
          new Phrase("timed out", Reason.KDC_UNREACHABLE),
          new Phrase("Clock skew too great", Reason.CLOCK_SKEW),
          new Phrase("Message stream modified", Reason.MESSAGE_MODIFIED),
          new Phrase("Checksum failed", Reason.MESSAGE_MODIFIED),
          new Phrase("RC4 not enabled", Reason.ENCRYPTION_TYPE),
          new Phrase("Cannot find key of appropriate type", Reason.ENCRYPTION_TYPE),
          new Phrase("ncryption type", Reason.ENCRYPTION_TYPE),
          new Phrase("etype", Reason.ENCRYPTION_TYPE),
          new Phrase("Ticket expired", Reason.TICKET_EXPIRED),
          new Phrase("AP_REP token id does not match", Reason.NOT_SPNEGO),
          new Phrase("Defective token", Reason.MALFORMED_TOKEN));

  private KerberosFailure() {}

  /**
   * Turns what the JDK threw into what the user must know.
   *
   * @param tried what was tried, as the start of a sentence without its full stop: "Asking the KDC
   *     for a ticket for smtp@host as alice@REALM"
   * @param failure what the JDK threw
   * @return the exception to throw
   */
  public static SpnegoException explain(String tried, Throwable failure) {
    Reason reason = reason(failure);
    return new SpnegoException(
        reason, tried + ": " + cameBack(failure) + "." + details(reason), failure);
  }

  /**
   * Why the JDK threw it.
   *
   * @param failure what the JDK threw
   * @return the reason; {@link Reason#GSS_FAILURE} where it is none of the known ones
   */
  public static Reason reason(Throwable failure) {
    return code(failure)
        .map(KerberosCode::reason)
        .filter(reason -> reason != Reason.GSS_FAILURE) // the texts may know better
        .or(
            () ->
                chain(failure)
                    .map(KerberosFailure::reasonOfOne)
                    .flatMap(Optional::stream)
                    .findFirst())
        .orElse(Reason.GSS_FAILURE);
  }

  private static Optional<Reason> reasonOfOne(Throwable link) {
    if (link instanceof SocketException
        || link instanceof SocketTimeoutException
        || link instanceof UnknownHostException) {
      return Optional.of(Reason.KDC_UNREACHABLE);
    }
    String message = String.valueOf(link.getMessage());
    return PHRASES.stream()
        .filter(phrase -> message.contains(phrase.text()))
        .map(Phrase::reason)
        .findFirst();
  }

  private static Optional<KerberosCode> code(Throwable failure) {
    return chain(failure)
        .filter(link -> link.getClass().getName().startsWith("sun.security.krb5."))
        .map(link -> CODE.matcher(String.valueOf(link.getMessage())))
        .filter(Matcher::find)
        .map(matcher -> KerberosCode.of(Integer.parseInt(matcher.group(1))))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** The deepest message that says something, since the outer ones only wrap it. */
  private static String cameBack(Throwable failure) {
    return chain(failure)
        .filter(link -> link.getClass().getName().startsWith("sun.security.krb5."))
        .map(Throwable::getMessage)
        .filter(message -> message != null && !message.isBlank())
        .findFirst()
        .or(
            () ->
                chain(failure)
                    .map(link -> link.getMessage() == null ? link.toString() : link.getMessage())
                    .reduce((outer, inner) -> inner))
        .orElse(failure.toString());
  }

  private static String details(Reason reason) {
    return switch (reason) {
      case NO_REALM, KDC_UNREACHABLE, CLIENT_UNKNOWN, SERVER_UNKNOWN ->
          " " + Krb5Conf.read().describe() + ".";
      case CLOCK_SKEW ->
          " This machine's clock: " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ".";
      default -> "";
    };
  }

  /** The exception and its causes; bounded, since a chain may be a ring. */
  private static Stream<Throwable> chain(Throwable failure) {
    return Stream.iterate(failure, link -> link != null, Throwable::getCause).limit(20);
  }
}
