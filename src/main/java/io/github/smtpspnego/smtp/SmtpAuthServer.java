package io.github.smtpspnego.smtp;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.AcceptedNames;
import io.github.smtpspnego.credentials.AcceptorCredentials;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.ReplayCache;
import io.github.smtpspnego.gss.Replays;
import io.github.smtpspnego.sasl.Authorizer;
import io.github.smtpspnego.sasl.ServerSettings;
import io.github.smtpspnego.settings.LayerEnding;
import io.github.smtpspnego.settings.SaslProperties;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/**
 * The Kerberos configuration of an SMTP server: its keys, the names that tickets may be for, the
 * clients that are accepted and the users that they act as. A server needs one object for each
 * listener, which creates a {@link SmtpAuthExchange} for each connection.
 *
 * <pre>{@code
 * Path keytab = Path.of("/etc/smtp.keytab");
 * SmtpAuthServer server = SmtpAuthServer.builder().keytab(keytab).hosts("mail.example.com").build();
 * server.check(); // throws if no key can be used
 * ...
 * try (SmtpAuthExchange exchange = server.exchange(socket.getRemoteSocketAddress())) { ... }
 * }</pre>
 *
 * <p>Clients may begin with SPNEGO (MS-SSEAN) or with raw Kerberos (RFC 4752), under either name of
 * the mechanism. Only authentication is offered, without a security layer; use TLS.
 *
 * <p>A server is immutable, may be used by any number of threads, and reads no system property of
 * this library. A failure is logged as one warning of {@code io.github.smtpspnego}, at most 20 a
 * minute for each {@link Reason}, and a success at the level INFO. Both lines end with the client's
 * address. A program that must be notified of each of them sets a {@link Listener}.
 */
public final class SmtpAuthServer {
  final ServerSettings settings;
  final AuthEvents events;
  final int maxLine;

  /** Decides whom a client may act as. */
  @FunctionalInterface
  public interface Authorization {
    /**
     * Decides whom a client acts as.
     *
     * @param client the client's Kerberos principal, {@code alice@EXAMPLE.COM}
     * @param identity the identity that the client requests; the principal again if it requests
     *     none, or itself without the realm of the server's key
     * @return the local user, for {@link SmtpAuthExchange#authorizationId}; empty to refuse (535)
     * @throws IOException if no decision could be made (454, also after a RuntimeException)
     */
    Optional<String> localUser(String client, String identity) throws IOException;
  }

  /** Is called when an AUTH command ends. An exception that it throws is logged and ignored. */
  public interface Listener {
    /**
     * A client was authenticated and authorized.
     *
     * @param exchange has the client's principal, identity and address
     */
    default void succeeded(SmtpAuthExchange exchange) {}

    /**
     * A client was not authenticated or not authorized. An AUTH command that the client cancels, or
     * that names another mechanism, is not reported.
     *
     * @param exchange has the client's address
     * @param failure what went wrong
     */
    default void failed(SmtpAuthExchange exchange, SpnegoException failure) {}
  }

  /** Remembers accepted tokens, for several nodes with the same keys; used by several threads. */
  @FunctionalInterface
  public interface ReplayMemory {
    /**
     * Remembers a token.
     *
     * @param token identifies the token, in hexadecimal digits
     * @param until the time until which it must be remembered
     * @return true if it was not remembered before
     * @throws IOException if it cannot be remembered (454, also after a RuntimeException)
     */
    boolean add(String token, Instant until) throws IOException;
  }

  private SmtpAuthServer(Builder builder, AcceptorCredentials credentials) {
    settings =
        new ServerSettings(
            credentials, builder.replays, builder.authorizer, builder.ending, List.of(Qop.AUTH), 0);
    events = new AuthEvents(builder.listener);
    maxLine = builder.maxLine;
  }

  /** {@return a builder, on which the source of the keys must be set} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the SASL mechanisms, for the AUTH line of EHLO (MS-SSEAN section 3.2.3)} */
  public static List<String> mechanisms() {
    return SaslProperties.MECHANISMS;
  }

  /**
   * Checks that the keys can be used: that the file can be read, and contains a key for an accepted
   * name. Without this call, such a fault is found only when the first client authenticates.
   *
   * @throws SpnegoException with {@link Reason#ACCEPTOR_CREDENTIALS} if no client could be accepted
   */
  public void check() throws SpnegoException {
    settings.credentials().check();
  }

  /** {@return a new exchange, for a connection whose client's address is not known} */
  public SmtpAuthExchange exchange() {
    return new SmtpAuthExchange(this, null);
  }

  /**
   * Makes an exchange for a connection.
   *
   * @param client the client's address, for the listener and the log; behind a proxy the one that
   *     the proxy reports
   * @return a new exchange
   */
  public SmtpAuthExchange exchange(SocketAddress client) {
    return new SmtpAuthExchange(this, client);
  }

  /** Needs one of {@link #keytab}, {@link #subject}, {@link #credential}; the rest has defaults. */
  public static final class Builder {
    private @Nullable Function<AcceptedNames, AcceptorCredentials> keys;
    private List<String> services = AcceptedNames.MAIL_SERVICES;
    private List<String> hosts = List.of();
    private List<String> realms = List.of();
    private String principal = "";
    private Replays replays = ReplayCache.shared();
    private Authorizer authorizer = Authorizer.ITSELF;
    private @Nullable Listener listener;
    private LayerEnding ending = LayerEnding.AUTO;
    private int maxLine = SmtpAuthExchange.MAX_LINE;

    private Builder() {}

    /**
     * The keys are in a keytab. The file is read again when it changes.
     *
     * @param file the file
     * @return this builder
     */
    public Builder keytab(Path file) {
      return keys(names -> AcceptorCredentials.ofKeytab(file, names));
    }

    /**
     * The keys are in a Subject: {@code KeyTab} or {@code KerberosKey} objects. They are looked up
     * anew for each client.
     *
     * @param subject the Subject, of a login with {@code isInitiator=false} say
     * @return this builder
     */
    public Builder subject(Subject subject) {
      return keys(names -> AcceptorCredentials.ofSubject(subject, "with a Subject", names));
    }

    /**
     * The keys are in a GSS credential for accepting with Kerberos, under an accepted name. A
     * credential without a name is refused, because the JDK does not tell which of its keys
     * decrypted a ticket, unless {@link #anyKey} and {@link #hosts} are set.
     *
     * @param credential the credential; the caller disposes of it
     * @return this builder
     */
    public Builder credential(GSSCredential credential) {
      return keys(names -> AcceptorCredentials.ofCredential(credential, names));
    }

    private Builder keys(Function<AcceptedNames, AcceptorCredentials> from) {
      if (keys != null) {
        throw new IllegalStateException("keytab, subject or credential is already set");
      }
      keys = from;
      return this;
    }

    /**
     * The host names that clients connect to. Default: every host that has a key.
     *
     * @param names the names
     * @return this builder
     */
    public Builder hosts(String... names) {
      hosts = List.of(names);
      return this;
    }

    /**
     * The service classes of the server's names. Default: {@code smtp}, and {@code SMTPSVC} for
     * .NET.
     *
     * @param names the service classes
     * @return this builder
     */
    public Builder services(String... names) {
      services = List.of(names);
      return this;
    }

    /**
     * Only the keys of this principal are used, for tickets of any name that fit them: an account
     * of Active Directory has one key for all its names. Hosts and services are ignored.
     *
     * @param name the principal; in the default realm if it is written without one
     * @return this builder
     * @throws IllegalArgumentException if it is no principal, or there is no default realm
     */
    public Builder principal(String name) {
      principal = ServerSettings.withRealm(name);
      return this;
    }

    /**
     * All keys are for mail, and are used for tickets of any name. Hosts and services are ignored,
     * except with a GSS credential that has no name: a ticket must then be for one of them, and for
     * the default realm or one that {@link #realms} names.
     *
     * @return this builder
     */
    public Builder anyKey() {
      principal = AcceptedNames.ANY;
      return this;
    }

    /**
     * The realms whose clients are accepted. Default: only the realm of the key, even if its KDC
     * trusts other realms. A list replaces the default.
     *
     * @param names the realms; {@code *} for any
     * @return this builder
     */
    public Builder realms(String... names) {
      realms = List.of(names);
      return this;
    }

    /**
     * Decides which identities a client may act as, and as which local user. Default: a client acts
     * as itself, under its principal.
     *
     * @param authorization the decision
     * @return this builder
     */
    public Builder authorization(Authorization authorization) {
      authorizer = authorization::localUser;
      return this;
    }

    /**
     * The listener that is called for successes and failures. Default: none.
     *
     * @param told the listener
     * @return this builder
     */
    public Builder listener(Listener told) {
      listener = told;
      return this;
    }

    /**
     * Where tokens are remembered. Default: a memory for about a million tokens, which all servers
     * of this JVM share.
     *
     * @param memory the memory
     * @return this builder
     */
    public Builder replayMemory(ReplayMemory memory) {
      HexFormat hex = HexFormat.of();
      replays = (digest, until) -> memory.add(hex.formatHex(digest), until);
      return this;
    }

    /**
     * Tokens are remembered in a memory of this server's own. If it is full, clients get 454.
     *
     * @param most the largest number of tokens; each needs about 100 octets of memory
     * @return this builder
     */
    public Builder replayMemory(int most) {
      replays = new ReplayCache(most);
      return this;
    }

    /**
     * Whether SPNEGO clients get a layer offer before the success (RFC 2222 section 7.2). Default:
     * under {@code GSSAPI}, not under {@code GSS-SPNEGO}. Raw Kerberos clients always get it.
     *
     * @param always true for each of them; false for none, as in MS-SSEAN section 4.1
     * @return this builder
     */
    public Builder layerOffer(boolean always) {
      ending = always ? LayerEnding.REQUIRED : LayerEnding.NONE;
      return this;
    }

    /**
     * The longest line that is accepted. Default: {@value SmtpAuthExchange#MAX_LINE}, from RFC
     * 4954.
     *
     * @param octets the number of octets
     * @return this builder
     */
    public Builder maxLine(int octets) {
      maxLine = octets;
      return this;
    }

    /**
     * Creates the server. No file is read yet.
     *
     * @return the server
     * @throws IllegalStateException if the source of the keys is not set
     */
    public SmtpAuthServer build() {
      if (keys == null) {
        throw new IllegalStateException("set one of keytab, subject, credential");
      }
      return new SmtpAuthServer(
          this, keys.apply(new AcceptedNames(services, hosts, realms, principal)));
    }
  }
}
