package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.client.ExchangeWatch;
import io.github.smtpspnego.settings.SaslProperties;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What happens on one connection until the server lets the client in or does not: which mechanisms
 * may be used, what the server answers, and what to tell the user.
 */
final class Authentication {
  /**
   * What the server offers in its answer to EHLO.
   *
   * @param mechanisms what follows AUTH; blank for no authentication
   * @param startTls whether it offers STARTTLS
   * @param isTls whether the connection is under TLS already
   */
  record Offer(String mechanisms, boolean startTls, boolean isTls) {
    boolean has(String mechanism) {
      return List.of(mechanisms.split("\\s+", -1)).stream().anyMatch(mechanism::equalsIgnoreCase);
    }
  }

  /** Ends Angus Mail's exchange; what the user gets is made in {@link #failure}. */
  private static final class Stop extends MessagingException {
    private static final long serialVersionUID = 1L;

    Stop(SpnegoException reason) {
      super(reason.getMessage(), reason);
    }
  }

  private final String host;
  private final List<String> listed;
  private final boolean hasPassword;
  private final ExchangeWatch watch;

  private @Nullable Offer offer;
  private boolean isTls;
  private MechanismChoice choice = new MechanismChoice(true, List.of());
  private @Nullable String mechanism;
  private int authLineLength;
  private @Nullable ServerReply lastReply;
  private @Nullable MessagingException networkFailure;
  private @Nullable SpnegoException failure;

  /**
   * Creates it for one connection.
   *
   * @param host the server's name, for messages
   * @param listed the SASL mechanisms configured, in order; empty for any
   * @param hasPassword whether there is a password that another mechanism could send
   * @param watch sees the client
   */
  Authentication(String host, List<String> listed, boolean hasPassword, ExchangeWatch watch) {
    this.host = host;
    this.listed = List.copyOf(listed);
    this.hasPassword = hasPassword;
    this.watch = watch;
  }

  /** Whether an exchange of ours runs: AUTH was sent, and no one else's client sends it. */
  boolean isOurs() {
    return mechanism != null && MechanismChoice.isOurs(mechanism) && !watch.isLeftToOthers();
  }

  /** Chooses the mechanisms that Angus Mail gets to see as configured. */
  String[] choose(Offer offered) {
    offer = offered;
    isTls = offered.isTls();
    choice = MechanismChoice.of(listed, offered::has, hasPassword);
    // An empty list would mean any. What is not allowed, Angus takes for not offered.
    List<String> names =
        choice.everything() || !choice.names().isEmpty() ? choice.names() : wanted();
    return names.toArray(String[]::new);
  }

  private List<String> wanted() {
    return listed.isEmpty() ? List.of(SaslProperties.GSSAPI) : listed;
  }

  boolean allows(String name) {
    return choice.allows(name);
  }

  /**
   * Sees a command before it is sent.
   *
   * @throws MessagingException if nothing must be sent, since the client is not ours
   */
  void sending(String command) throws MessagingException {
    String[] words = command.split(" ", 3);
    if (!words[0].equals("AUTH") || words.length < 2) {
      return;
    }
    mechanism = words[1];
    authLineLength = command.length() + 2;
    if (isOurs() && !watch.hasClient()) {
      throw stop(
          new SpnegoException(
              Reason.OTHER_PROVIDER,
              "Authenticating to "
                  + host
                  + " by "
                  + mechanism
                  + ": another security provider made the SASL client, and what it does cannot be"
                  + " checked. Nothing was sent.",
              null));
    }
  }

  /**
   * Sees the server's reply to a command of an exchange of ours.
   *
   * @throws MessagingException if the exchange must not go on
   */
  void received(ServerReply reply) throws MessagingException {
    lastReply = reply;
    if (reply.isSuccess()) {
      try {
        watch.serverSucceeded();
      } catch (SpnegoException e) {
        throw stop(e);
      }
    } else if (reply.isChallenge() && watch.isComplete()) {
      // Angus would answer this with an empty line, and the next one, for ever.
      throw stop(protocol("asks for more after the client's last token", reply));
    } else if (reply.isChallenge() && !watch.isUnstarted() && !reply.isBase64()) {
      throw stop(protocol("sent a challenge that is not base64", reply));
    }
  }

  /** Whether the reply is a prompt in plain text, as Exchange's {@code 334 GSSAPI supported}. */
  boolean isPlainPrompt(ServerReply reply) {
    return isOurs() && reply.isChallenge() && watch.isUnstarted() && !reply.isBase64();
  }

  void tlsStarted() {
    isTls = true;
  }

  /** Remembers what broke the connection, since Angus does not. */
  void networkFailed(MessagingException e) {
    networkFailure = e;
  }

  /** Whether going on without AUTH is no way out, though Angus would take it. */
  boolean isNeeded() {
    return !listed.isEmpty() || !hasPassword;
  }

  /** Whether only a password would have helped, and there was none: Jakarta Mail then says so. */
  boolean lacksPassword() {
    return mechanism == null && !hasPassword;
  }

  /**
   * What to throw where Angus says no more than "failed to connect".
   *
   * @return the failure, or null where Angus's own word stands
   */
  @Nullable MessagingException failure() {
    if (networkFailure != null) {
      return networkFailure;
    }
    SpnegoException reason = reason();
    return reason == null
        ? null
        : new AuthenticationFailedException(reason.getMessage() + lastWord(reason), reason);
  }

  private @Nullable SpnegoException reason() {
    if (failure != null) {
      return failure;
    }
    if (watch.failure().isPresent()) {
      return watch.failure().get();
    }
    if (mechanism == null) {
      return notStarted();
    }
    return isOurs() && lastReply != null
        ? new Refusal(watch.describe(), mechanism, authLineLength, isTls).explain(lastReply)
        : null;
  }

  /** The server's reply, where the client and not the reply was what failed. */
  private String lastWord(SpnegoException reason) {
    String reply = lastReply == null ? "" : lastReply.describe();
    return reply.isEmpty() || String.valueOf(reason.getMessage()).contains(reply)
        ? ""
        : " The server's last reply: " + reply + ".";
  }

  private @Nullable SpnegoException notStarted() {
    if (offer == null || listed.isEmpty() || watch.isLeftToOthers()) {
      return null; // as without us
    }
    if (!choice.names().isEmpty()) {
      return new SpnegoException(
          Reason.BAD_SETTING,
          String.format(
              Locale.ROOT,
              "Authenticating to %s by %s: no SASL client can be made for it.",
              host,
              String.join(", ", choice.names())),
          "Look for a javax.security.sasl.policy property that it does not hold to.",
          null);
    }
    boolean beforeTls = offer.startTls() && !isTls;
    String offered =
        offer.mechanisms().isBlank()
            ? "no authentication"
            : "AUTH " + offer.mechanisms().strip() + " only";
    return new SpnegoException(
        beforeTls ? Reason.TLS_REQUIRED : Reason.NOT_OFFERED,
        String.format(
            Locale.ROOT,
            "Authenticating to %s by %s: the server offers %s%s. No password was sent.",
            host,
            String.join(", ", wanted()),
            offered,
            beforeTls ? " before TLS" : ""),
        null);
  }

  private Stop stop(SpnegoException reason) {
    failure = reason;
    return new Stop(reason);
  }

  private SpnegoException protocol(String what, ServerReply reply) {
    return new SpnegoException(
        Reason.PROTOCOL,
        watch.describe() + ": the server " + what + " (" + reply.describe() + ").",
        null);
  }
}
