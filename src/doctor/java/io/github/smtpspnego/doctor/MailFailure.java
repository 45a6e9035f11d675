package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import jakarta.mail.MessagingException;
import java.net.UnknownHostException;

/** Explains exceptions of Jakarta Mail by their causes. */
final class MailFailure {
  /** A chain of causes may be circular. */
  private static final int LONGEST_CHAIN = 20;

  private MailFailure() {}

  /** The finding for a failure of the library, or for any other failure with this remedy. */
  static Finding finding(MessagingException e, Reason reason, String tried, String remedy) {
    return e.getCause() instanceof SpnegoException known
        ? Finding.fail(known)
        : Finding.fail(reason, tried + ": " + text(e) + ".", remedy);
  }

  /** Describes the innermost cause, without a full stop. */
  static String text(Throwable e) {
    Throwable deepest = e;
    for (int i = 0; i < LONGEST_CHAIN && deepest.getCause() != null; i++) {
      deepest = deepest.getCause();
    }
    String message = String.valueOf(deepest.getMessage()).strip();
    if (deepest instanceof UnknownHostException) {
      return "no such host: " + message;
    }
    return deepest.getMessage() == null ? deepest.toString() : message.replaceFirst("\\.$", "");
  }

  /** Whether one of the causes has one of these types. */
  static boolean has(Throwable e, Class<?>... types) {
    Throwable link = e;
    for (int i = 0; i < LONGEST_CHAIN && link != null; i++) {
      for (Class<?> type : types) {
        if (type.isInstance(link)) {
          return true;
        }
      }
      link = link.getCause();
    }
    return false;
  }
}
