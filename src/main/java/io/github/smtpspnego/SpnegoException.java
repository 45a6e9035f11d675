package io.github.smtpspnego;

import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/**
 * An authentication exchange that did not succeed.
 *
 * <p>The message says what was tried, what came back and what to do, and ends with the anchor of
 * the {@link Reason} in {@code TROUBLESHOOTING.md}. It never holds token bytes, passwords or keys.
 */
public final class SpnegoException extends SaslException {
  /** The address of the project's guide, {@code TROUBLESHOOTING.md}; an anchor follows. */
  public static final String GUIDE =
      "https://github.com/smtp-spnego/smtp-spnego/blob/main/TROUBLESHOOTING.md#";

  private static final long serialVersionUID = 1L;

  /** Why an exchange did not succeed. Each reason has a section in {@code TROUBLESHOOTING.md}. */
  public enum Reason {
    /** A setting has a value that it cannot have. */
    BAD_SETTING("Correct the setting."),
    /** No Kerberos credentials were found in the source that is used. */
    NO_CREDENTIALS(
        "Log in with kinit, or set a keytab"
            + " (mail.smtp.sasl.spnego.keytab and .principal), or give a password."),
    /** The ticket cache is of a type that the JDK cannot read (KCM, KEYRING, DIR). */
    TICKET_CACHE_TYPE(
        "Use a FILE cache (kinit -c FILE:/path, KRB5CCNAME=FILE:/path), or native GSS"
            + " (-Dsun.security.jgss.native=true with credentials=native)."),
    /** The keytab is missing, unreadable, or holds no key for the principal. */
    KEYTAB(
        "Check the keytab's path and permissions, its names and encryption types (klist -kte;"
            + " current JDKs use AES only), and the principal's spelling and realm."),
    /** The JAAS entry is missing, or its login modules did not log in. */
    JAAS_ENTRY("Check the entry in the file that java.security.auth.login.config names."),
    /** Native GSS was asked for in a JVM that does not use it, or that has no library for it. */
    NATIVE_GSS("Start the JVM with -Dsun.security.jgss.native=true."),
    /** The service may not authenticate as another user, or its credentials cannot. */
    IMPERSONATION(
        "Have the service's account trusted for constrained delegation to this server's name, with"
            + " any authentication protocol."),
    /** KDC errors 6 and 68: the client principal does not exist, or is of another realm. */
    CLIENT_UNKNOWN(
        "Check the spelling of the principal and its realm; the suffix of a user principal name"
            + " (alice@contoso.com) is often not the realm (CORP.CONTOSO.COM)."),
    /** KDC error 24: wrong password, or a stale key in the keytab. */
    WRONG_PASSWORD("Check the password; for a keytab, make a new one with the current key."),
    /** KDC error 18: the account is locked, disabled or expired. */
    ACCOUNT_REVOKED("Have the account unlocked or enabled."),
    /** KDC error 23: the password has expired. */
    PASSWORD_EXPIRED("Set a new password (kpasswd), then log in again."),
    /** KDC errors 7 and 8: the target name does not exist, or several accounts have it. */
    SERVER_UNKNOWN(
        "Connect to the server by its real, fully qualified name rather than an alias or an IP"
            + " address, look for the name with setspn -Q SMTP/host or kvno smtp/host, or set"
            + " mail.smtp.sasl.spnego.spn=smtp/NAME."),
    /** Error 37: the clocks differ too much. Error 33: the ticket is not yet valid. */
    CLOCK_SKEW("Synchronise the clocks (NTP)."),
    /** Error 14, and messages about encryption types: there is none in common. */
    ENCRYPTION_TYPE(
        "Enable AES for the account and make a new keytab; RC4 and DES are off in current JDKs."),
    /**
     * Errors 31, 35, 41, 44 and 45: the ticket was not encrypted with a key that the server has, or
     * is for another server.
     */
    MESSAGE_MODIFIED(
        "Look for a duplicate target name (setspn -X), for an old key on the server, and for the"
            + " realm's case."),
    /** Error 32: the ticket has expired. */
    TICKET_EXPIRED("Log in again (kinit)."),
    /** No default realm, none for the name, or a krb5.conf that the JDK rejects. */
    NO_REALM(
        "Set default_realm in krb5.conf (or -Djava.security.krb5.conf=FILE), or give the principal"
            + " with its realm."),
    /** No KDC is known for the realm, or none answers. */
    KDC_UNREACHABLE(
        "Check that a KDC of the realm is named in krb5.conf or DNS and that its port 88 can be"
            + " reached over TCP."),
    /** The peer's token is of another mechanism: NTLM, or Kerberos where SPNEGO is required. */
    NOT_SPNEGO("Check that the server speaks SPNEGO with Kerberos under this mechanism's name."),
    /** The peer's token is not what RFC 4178 allows, or is damaged. */
    MALFORMED_TOKEN(
        "Look for a proxy or filter that changes the connection; report it to the server's"
            + " vendor."),
    /** The server answered negState reject. */
    REJECTED("The server's log says why; check its keytab and its service principal name."),
    /** The server answered a negState that leaves the exchange without proof. */
    UNEXPECTED_NEG_STATE("Report it to the server's vendor; no mail was sent."),
    /** Server role: the client's list of mechanisms is not protected by a valid mechListMIC. */
    MECH_LIST_MIC(
        "Look for a proxy or an attacker that changes the list of mechanisms; if there is none,"
            + " have the client offer Kerberos first."),
    /** The server did not prove its identity. */
    NO_SERVER_PROOF(
        "Do not trust this server until it is known why; mutualauth=false accepts it unproved."),
    /** The security layer offer is damaged or has no layer that was asked for. */
    SECURITY_LAYER("Check javax.security.sasl.qop and mail.smtp.sasl.spnego.securitylayer."),
    /** The peer broke the order of the exchange, or its bounds. */
    PROTOCOL("Report it to the server's vendor with the log of the exchange."),
    /** Anything else that GSS-API reported. */
    GSS_FAILURE("Start the JVM with -Dsun.security.krb5.debug=true to see more."),
    /** Server role: the acceptor's own credentials cannot be used. */
    ACCEPTOR_CREDENTIALS("Check the server's keytab and principal."),
    /** Server role: the client's ticket is for another service, host or realm. */
    WRONG_TARGET(
        "Have the client use the server's own name; or have the server accept this name or realm"
            + " as well."),
    /** The token was received before. */
    REPLAY(
        "Have the client make a new token; if the client did not send it twice, somebody else copied it."),
    /** Server role: there is no room to remember a token, or the memory cannot be reached. */
    REPLAY_MEMORY(
        "Look for a client that logs in very often, raise replayMemory, or check that the replay"
            + " memory that the nodes share can be reached."),
    /** Server role: the authenticated client may not act as the authorization identity. */
    NOT_AUTHORIZED("Send no authorization identity, or have the server allow this one."),
    /** Server role: it could not be decided whom the authenticated client may act as. */
    UNDECIDED("Check the service that decides whom clients may act as; the client may try again."),
    /** The exchange was disposed before it was complete. */
    DISPOSED("Create a new SASL client for a new exchange."),
    /** The server offers other mechanisms, or none. */
    NOT_OFFERED(
        "On Exchange: Set-ReceiveConnector -AuthMechanism with Integrated among its values;"
            + " elsewhere enable GSSAPI in the server's SASL configuration."),
    /** The server wants TLS before it authenticates anybody. */
    TLS_REQUIRED(
        "Set mail.smtp.starttls.enable=true and mail.smtp.starttls.required=true (or use smtps);"
            + " many servers offer AUTH only then."),
    /** The server refused for good: a reply 5yz. */
    SERVER_REFUSED("The server's log says why."),
    /** The server is in trouble itself: a reply 4yz, or it closed the connection. */
    SERVER_TROUBLE(
        "Look at the server's log, its clock, its service principal name and its keytab; the client"
            + " is probably not the cause."),
    /** The AUTH line is longer than the server reads. */
    LINE_TOO_LONG("Set mail.smtp.sasl.spnego.initialresponse=never (or auto)."),
    /** Another SASL client or provider in this JVM was used for the mechanism. */
    OTHER_PROVIDER(
        "Look for a second copy of the jar, or for another security provider that offers GSSAPI,"
            + " and keep one of them.");

    private final String remedy;

    Reason(String remedy) {
      this.remedy = remedy;
    }

    /**
     * What to do in general. The message of an exception may be more precise.
     *
     * @return one or two sentences
     */
    public String remedy() {
      return remedy;
    }

    /**
     * The anchor of this reason's section in {@code TROUBLESHOOTING.md}.
     *
     * @return the anchor, {@code server-unknown} say
     */
    public String anchor() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Why; never null. */
  private final Reason reason;

  /** What was tried and what came back. */
  private final String whatHappened;

  /** What to do; never null. */
  private final String remedy;

  /**
   * Creates an exception whose message ends with the reason's general remedy.
   *
   * @param reason why
   * @param whatHappened one sentence with its full stop: what was tried and what came back
   * @param cause what was caught, or null
   */
  public SpnegoException(Reason reason, String whatHappened, @Nullable Throwable cause) {
    this(reason, whatHappened, reason.remedy(), cause);
  }

  /**
   * Creates an exception.
   *
   * @param reason why
   * @param whatHappened one sentence with its full stop: what was tried and what came back
   * @param remedy what to do, in sentences
   * @param cause what was caught, or null
   */
  public SpnegoException(
      Reason reason, String whatHappened, String remedy, @Nullable Throwable cause) {
    super(oneLine(whatHappened + " " + remedy + " (" + GUIDE + reason.anchor() + ")"), cause);
    this.reason = Objects.requireNonNull(reason);
    this.whatHappened = whatHappened;
    this.remedy = oneLine(remedy);
  }

  /** Names that users or peers choose must not begin a line of a log, nor hide a part of it. */
  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
  }

  /**
   * Why the exchange did not succeed.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * What to do: the reason's general remedy, or a more precise one. It is also part of the message.
   *
   * @return sentences
   */
  public String remedy() {
    return remedy;
  }

  /**
   * The same failure, naming the properties of the protocol in use.
   *
   * @param protocol the mail protocol, {@code smtps} say
   * @return an exception that names {@code mail.<protocol>.*}; this one if it does so already
   */
  public SpnegoException forProtocol(String protocol) {
    String what = renamed(whatHappened, protocol);
    String todo = renamed(remedy, protocol);
    if (what.equals(whatHappened) && todo.equals(remedy)) {
      return this;
    }
    SpnegoException same = new SpnegoException(reason, what, todo, getCause());
    same.setStackTrace(getStackTrace());
    return same;
  }

  /** Properties only: a host may be called mail.smtp.example.com. */
  private static String renamed(String text, String protocol) {
    return text.replace("mail.smtp.sasl.", "mail." + protocol + ".sasl.")
        .replace("mail.smtp.starttls.", "mail." + protocol + ".starttls.");
  }

  /**
   * Creates exceptions for the same failure in other threads, which need exception objects of their
   * own.
   *
   * @return a supplier of exceptions with the same message, which holds neither this one nor its
   *     cause
   */
  public Supplier<SpnegoException> again() {
    Reason why = reason;
    String what = whatHappened;
    String todo = remedy;
    return () -> new SpnegoException(why, what, todo, null);
  }
}
