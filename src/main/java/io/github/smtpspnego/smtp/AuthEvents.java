package io.github.smtpspnego.smtp;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.kerberos.Printable;
import io.github.smtpspnego.sasl.FailureLog;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reports the outcome of AUTH commands to the log and to the program's listener. */
final class AuthEvents {
  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");

  private final SmtpAuthServer.@Nullable Listener listener;
  private final FailureLog failures = new FailureLog();

  AuthEvents(SmtpAuthServer.@Nullable Listener listener) {
    this.listener = listener;
  }

  void succeeded(SmtpAuthExchange exchange) {
    LOGGER.log(
        Level.INFO,
        "{0} is authenticated to {1} and acts as {2}.{3}",
        exchange.principal(),
        exchange.targetName(),
        exchange.authorizationId(),
        from(exchange));
    tell(told -> told.succeeded(exchange));
  }

  void failed(SmtpAuthExchange exchange, SpnegoException failure) {
    failures.warn(failure, from(exchange));
    tell(told -> told.failed(exchange, failure));
  }

  private void tell(Consumer<SmtpAuthServer.Listener> event) {
    if (listener == null) {
      return;
    }
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      LOGGER.log(Level.WARNING, "The listener of the AUTH command threw an exception.", e);
    }
  }

  /** The client's address for the end of a log line. */
  private static String from(SmtpAuthExchange exchange) {
    Optional<SocketAddress> client = exchange.client();
    return client.isPresent() ? " Client: " + shown(client.get()) + "." : "";
  }

  private static String shown(SocketAddress client) {
    return client instanceof InetSocketAddress internet && internet.getAddress() != null
        ? internet.getAddress().getHostAddress() + ":" + internet.getPort()
        : Printable.of(client.toString());
  }
}
