package io.github.smtpspnego.mail;

import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * The server's name that a ticket is requested for: the one that Angus Mail gives a SASL client.
 */
final class ServerName {
  private ServerName() {}

  /**
   * Finds the name.
   *
   * @param host the host that the program names; null or empty for this machine
   * @param socket the connection that the program has made itself; null where there is none
   * @param isCanonical whether DNS is asked for the name of the address that is connected to
   */
  static String of(@Nullable String host, @Nullable Socket socket, boolean isCanonical) {
    if (socket != null) {
      InetAddress address = socket.getInetAddress();
      return isCanonical ? address.getCanonicalHostName() : address.getHostName();
    }
    String name = host == null || host.isEmpty() ? "localhost" : host;
    if (!isCanonical) {
      return name;
    }
    try {
      // The JVM caches the address, so Angus Mail connects to the same one.
      return InetAddress.getByName(name).getCanonicalHostName();
    } catch (UnknownHostException e) {
      return name; // Angus Mail reports it when it connects
    }
  }
}
