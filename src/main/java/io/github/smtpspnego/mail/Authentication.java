package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.sasl.ExchangeWatch;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.smtp.ServerReply;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What happens on one connection until the server lets the client in or does not: which mechanisms
 * may be used, what the server answers, and what to tell the user.
 */
final class Authentication {
  /** RFC 5321 section 4.5.3.1.4: the octets of a command, with CRLF, that every server reads. */
  static final int LINE_LIMIT = 512;

  private final String host;
  private final List<String> listed;
  private final boolean hasPassword;
  private final ExchangeWatch watch;

  private String offered = "";
  private boolean offersTls;
  private boolean isTls;
  private boolean allowsAny;
  private final List<String> allowed = new ArrayList<>();
  private @Nullable String mechanism;
  private boolean isLongLine;
  private @Nullable ServerReply lastReply;
  private @Nullable MessagingException failure;

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
    this.listed = listed;
    this.hasPassword = hasPassword;
    this.watch = watch;
  }

  /** Whether the mechanism is one of those that mean SPNEGO here. */
  static boolean isOurs(String mechanism) {
    return SaslProperties.MECHANISMS.contains(mechanism.toUpperCase(Locale.ROOT));
  }

  /** Whether an exchange of ours runs: AUTH was sent, and no one else's client sends it. */
  boolean isOurs() {
    return mechanism != null && isOurs(mechanism) && !watch.isLeftToOthers();
  }

  /** Whether going on without AUTH is no way out, though Angus would take it. */
  boolean isNeeded() {
    return !listed.isEmpty() || !hasPassword;
  }

  /**
   * Chooses the mechanisms that Angus Mail gets to see as configured.
   *
   * <p>Angus passes on what is configured and offered; where no SASL client comes of it, it sends
   * user and password by LOGIN, PLAIN, DIGEST-MD5 or NTLM, asked for or not. Here only what was
   * asked for is used, in the order in which it was, and GSSAPI first where nothing was asked for
   * (MS-SSEAN section 3.1.5.1).
   *
   * @param mechanisms what follows AUTH in the answer to EHLO; empty for no authentication
   * @param startTls whether that answer holds STARTTLS
   * @param underTls whether the connection is under TLS already
   * @return the mechanisms, in capitals (RFC 4422 section 3.1); empty for any
   */
  String[] choose(String mechanisms, boolean startTls, boolean underTls) {
    offered = mechanisms.strip();
    offersTls = startTls;
    isTls = underTls;
    List<String> offers = List.of(offered.toUpperCase(Locale.ROOT).split("\\s+", -1));
    allowed.clear();
    for (String name : wanted()) {
      String upper = name.toUpperCase(Locale.ROOT);
      if (offers.contains(upper) && (hasPassword || isOurs(upper))) {
        allowed.add(upper);
        // Nothing beside one of ours. LOGIN is Angus's own, used only where no SASL client comes
        // of what is listed: nothing after it, so that nothing is used in its place.
        if (isOurs(allowed.get(0)) || upper.equals("LOGIN")) {
          break;
        }
      }
    }
    allowsAny = allowed.isEmpty() && !isNeeded();
    // What is not allowed, Angus takes for not offered.
    List<String> shown = allowed.isEmpty() && !allowsAny ? wanted() : allowed;
    return shown.toArray(new String[0]);
  }

  /** Whether the mechanism was chosen. */
  boolean allows(String name) {
    return allowsAny || allowed.contains(name.toUpperCase(Locale.ROOT));
  }

  private List<String> wanted() {
    return listed.isEmpty() ? SaslProperties.MECHANISMS : listed;
  }

  /**
   * Sees a command before it is sent.
   *
   * @throws AuthenticationFailedException if nothing must be sent, since the client is not ours
   */
  void sending(String command, boolean underTls) throws AuthenticationFailedException {
    if (!command.startsWith("AUTH ")) {
      return;
    }
    String name = command.split(" ", 3)[1];
    mechanism = name;
    isTls = underTls;
    isLongLine = command.length() + 2 > LINE_LIMIT;
    if (isOurs() && !watch.hasClient()) {
      throw told(
          new SpnegoException(
              Reason.OTHER_PROVIDER,
              tried(List.of(name))
                  + ": another security provider made the SASL client, and what it does cannot be"
                  + " checked. Nothing was sent.",
              null));
    }
  }

  /**
   * Sees the server's reply.
   *
   * @throws AuthenticationFailedException if the exchange must not go on
   */
  void received(ServerReply reply) throws AuthenticationFailedException {
    lastReply = reply;
    if (!isOurs()) {
      return;
    }
    if (reply.isSuccess()) {
      try {
        watch.serverSucceeded();
      } catch (SpnegoException e) {
        throw told(e);
      }
    } else if (reply.isChallenge() && watch.isComplete()) {
      // Angus would answer this with an empty line, and the next one, for ever.
      throw told(
          new SpnegoException(
              Reason.PROTOCOL,
              watch.describe()
                  + ": the server asks for more after the client's last token ("
                  + reply.describe()
                  + ").",
              null));
    }
  }

  /** Whether the last reply was a prompt in plain text, as {@code 334 GSSAPI supported}. */
  boolean isPrompted() {
    return isOurs()
        && watch.isUnstarted()
        && lastReply != null
        && lastReply.isChallenge()
        && !lastReply.isBase64();
  }

  /** Remembers what ended the exchange or broke the connection, since Angus does not. */
  void failed(MessagingException e) {
    // Where STARTTLS is refused there is no such cause, and the reply before it tells more.
    if (isOurs() && e.getCause() instanceof IOException) {
      failure = e;
    }
  }

  /**
   * What to throw where Angus lets nobody in.
   *
   * @param ofAngus what Angus throws, if it does: no more than "failed to connect" as a rule
   * @return the failure; null where Jakarta Mail is to speak, or to ask for a password
   */
  @Nullable MessagingException failure(@Nullable AuthenticationFailedException ofAngus) {
    if (failure != null) {
      return failure;
    }
    SpnegoException reason = watch.failure().isPresent() ? watch.failure().get() : reason();
    if (reason != null) {
      return told(reason);
    }
    boolean onlyAPasswordWouldHelp = mechanism == null && !hasPassword;
    return onlyAPasswordWouldHelp ? null : ofAngus;
  }

  /** The reason, or null where all is as without us. */
  private @Nullable SpnegoException reason() {
    if (mechanism != null) {
      return isOurs() && lastReply != null
          ? lastReply.explain(watch.describe() + " by AUTH " + mechanism, isTls, isLongLine)
          : null;
    }
    if (listed.isEmpty() || watch.isLeftToOthers()) {
      return null;
    }
    if (!allowed.isEmpty()) {
      return new SpnegoException(
          Reason.BAD_SETTING,
          tried(allowed) + ": no SASL client can be made for it.",
          "Look for a javax.security.sasl.policy property that it does not hold to.",
          null);
    }
    boolean isBeforeTls = offersTls && !isTls;
    return new SpnegoException(
        isBeforeTls ? Reason.TLS_REQUIRED : Reason.NOT_OFFERED,
        tried(listed)
            + ": the server offers "
            + (offered.isEmpty() ? "no authentication" : "AUTH " + offered + " only")
            + (isBeforeTls ? " before TLS. No password was sent." : ". No password was sent."),
        null);
  }

  private String tried(List<String> mechanisms) {
    return "Authenticating to " + host + " by " + String.join(", ", mechanisms);
  }

  /** For the user: with the server's last reply, where that was not what failed. */
  private AuthenticationFailedException told(SpnegoException reason) {
    String message = String.valueOf(reason.getMessage());
    if (lastReply != null && !message.contains(lastReply.describe())) {
      message += " The server's last reply: " + lastReply.describe() + ".";
    }
    return new AuthenticationFailedException(message, reason);
  }
}
