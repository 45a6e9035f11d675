package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KerberosFailure;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/**
 * Says why a client was not accepted, and what its administrator or the server's must do.
 *
 * @param attempt the attempt in words, the start of a sentence
 * @param keys which keys there are, in a sentence or nothing
 */
record AcceptorFailures(String attempt, Supplier<String> keys) {
  SpnegoException refused(Reason reason, String what) {
    return new SpnegoException(
        reason,
        attempt + ": the client sent " + what + ".",
        "Have the client speak SPNEGO with Kerberos, or Kerberos (RFC 4752).",
        null);
  }

  SpnegoException replay(Optional<ApReqMessage> apReq, @Nullable Exception failure) {
    return new SpnegoException(
        Reason.PROTOCOL,
        tried(apReq) + ": the client's token was received before (a replay).",
        "Have the client make a new token; if nobody sent it twice, somebody listens.",
        failure);
  }

  /**
   * Explains what the JDK threw.
   *
   * @param apReq the Kerberos token that it read, if it came to that
   * @param laterToken whether this was not the client's first token
   * @param failure what it threw
   */
  SpnegoException explain(Optional<ApReqMessage> apReq, boolean laterToken, Exception failure) {
    String tried = tried(apReq);
    Reason reason = reason(failure);
    return switch (reason) {
      case ACCEPTOR_CREDENTIALS ->
          new SpnegoException(
              reason, tried + ": there is no key to accept with." + held(), failure);
      case MESSAGE_MODIFIED, ENCRYPTION_TYPE ->
          new SpnegoException(
              reason,
              tried + ": it does not fit the server's key." + held(),
              "Have the client get a new ticket; if that changes nothing, make a new keytab.",
              failure);
      case PROTOCOL -> replay(apReq, failure);
      default ->
          laterToken && reason == Reason.GSS_FAILURE && failure.getCause() == null
              ? noMutualAuth(tried, failure)
              : KerberosFailure.explain(tried, failure);
    };
  }

  private String tried(Optional<ApReqMessage> apReq) {
    return attempt + apReq.map(request -> ", " + request.describe()).orElse("");
  }

  private String held() {
    String sentence = keys.get();
    return sentence.isEmpty() ? "" : " " + sentence;
  }

  /** The JDK says nothing in the one case where it takes no token for an answer. */
  private static SpnegoException noMutualAuth(String tried, Exception failure) {
    return new SpnegoException(
        Reason.GSS_FAILURE,
        tried
            + ": the client's first token held none of Kerberos, and after that the JDK takes only"
            + " clients that ask for mutual authentication ("
            + failure.getMessage()
            + ").",
        "Have the client offer Kerberos first with its token, or ask for mutual authentication.",
        failure);
  }

  private static Reason reason(Exception failure) {
    boolean noKeys =
        Stream.iterate((Throwable) failure, link -> link != null, Throwable::getCause)
            .limit(20) // a chain may be a ring
            .anyMatch(
                link -> link instanceof GSSException gss && gss.getMajor() == GSSException.NO_CRED);
    return noKeys ? Reason.ACCEPTOR_CREDENTIALS : KerberosFailure.reason(failure);
  }
}
