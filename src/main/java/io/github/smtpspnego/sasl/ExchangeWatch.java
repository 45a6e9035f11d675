package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A mail transport's view of the exchange that a mail library runs for it.
 *
 * <p>Angus Mail makes the SASL client itself, takes any 235 for success whatever the client thinks,
 * tells no reason of any failure, and never disposes. A transport that knows better opens a watch
 * around it; the client that is made on the same thread, for the same protocol, is then seen
 * through it, and is disposed when the watch is closed.
 */
public final class ExchangeWatch implements AutoCloseable {
  private static final ThreadLocal<ExchangeWatch> CURRENT = new ThreadLocal<>();

  private final String protocol;
  private final int authLineLimit;
  private final @Nullable ExchangeWatch outer;
  private @Nullable SpnegoSaslClient client;
  private boolean steppedAside;

  private ExchangeWatch(String protocol, int authLineLimit) {
    this.protocol = protocol.toLowerCase(Locale.ROOT);
    this.authLineLimit = authLineLimit;
    this.outer = CURRENT.get();
  }

  /**
   * Whether exchanges of the protocol with the server are ours.
   *
   * @param protocol the mail protocol
   * @param properties the properties that the SASL client will be made with
   * @param serverName the name that it will be made with, as far as that is known
   * @return false where the settings {@code enable} or {@code hosts} say so
   */
  public static boolean isWanted(
      String protocol, Map<String, ?> properties, Optional<String> serverName) {
    SettingsReader settings = new SettingsReader(protocol, properties);
    return SpnegoSaslClientFactory.isOn(settings)
        && (serverName.isEmpty() || SpnegoSaslClientFactory.isOurs(settings, serverName.get()));
  }

  /**
   * Begins to watch this thread. To be closed on the same thread.
   *
   * @param protocol the mail protocol
   * @param authLineLimit how long an AUTH line with an initial response may be, in octets with
   *     CRLF, where {@code initialresponse=auto}
   * @return the watch
   */
  public static ExchangeWatch open(String protocol, int authLineLimit) {
    ExchangeWatch watch = new ExchangeWatch(protocol, authLineLimit);
    CURRENT.set(watch);
    return watch;
  }

  /** The watch over this thread's exchanges of the protocol; null where there is none. */
  static @Nullable ExchangeWatch over(String protocol) {
    ExchangeWatch watch = CURRENT.get();
    return watch != null && watch.protocol.equals(protocol) ? watch : null;
  }

  void created(SpnegoSaslClient made) {
    if (client != null) {
      client.dispose();
    }
    client = made;
    made.limitAuthLine(authLineLimit);
  }

  void steppedAside() {
    steppedAside = true;
  }

  /**
   * Whether a client of ours was made.
   *
   * @return false before, and where another provider was asked first
   */
  public boolean hasClient() {
    return client != null;
  }

  /**
   * Whether we were asked for a client and left the exchange to the next provider, as the settings
   * say.
   *
   * @return true where the JDK's own client is expected to run
   */
  public boolean isLeftToOthers() {
    return steppedAside;
  }

  /**
   * Whether the client said nothing yet: what the server sends then is a prompt, not a challenge.
   *
   * @return true until the first token was handed out
   */
  public boolean isUnstarted() {
    return client != null && client.isUnstarted();
  }

  /**
   * Whether the client has nothing more to say.
   *
   * @return true after its last answer
   */
  public boolean isComplete() {
    return client != null && client.isComplete();
  }

  /**
   * What is being tried.
   *
   * @return the start of a sentence: "Authenticating to smtp@host as alice@REALM"
   */
  public String describe() {
    return client == null ? "Authenticating over " + protocol : client.tried();
  }

  /**
   * What went wrong in the client.
   *
   * @return its failure; empty where there is none, or no client
   */
  public Optional<SpnegoException> failure() {
    return client == null ? Optional.empty() : Optional.ofNullable(client.failure());
  }

  /**
   * Takes the server's success, which counts only where the client got what it was to get.
   *
   * @throws SpnegoException if the success does not count: without the server's proof where {@code
   *     mutualauth=true}, without the layer offer where something depends on it, or with a layer
   *     that cannot be used
   */
  public void serverSucceeded() throws SpnegoException {
    if (client != null) {
      client.serverSucceeded();
    }
  }

  /** Disposes the client and watches this thread no more. */
  @Override
  public void close() {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
    if (client != null) {
      client.dispose();
    }
  }
}
