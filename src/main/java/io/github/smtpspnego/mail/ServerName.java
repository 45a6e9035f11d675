package io.github.smtpspnego.mail;

import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * The server's name that a ticket is requested for, the same that Angus Mail passes to a SASL
 * client.
 */
final class ServerName {
  private ServerName() {}

  /**
   * Returns the name.
   *
   * @param host the host that the program names; null or empty for this machine
   * @param socket the connection that the program has made itself, or null
   * @param isCanonical whether to ask DNS for the name of the server's address
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
