package io.github.smtpspnego.gss;

import io.github.smtpspnego.kerberos.Printable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a ticket says outside its encrypted part, RFC 4120 section 5.3. Nothing protects it: whoever
 * has the ticket can write another name there.
 *
 * @param name the components of the server's name, {@code smtp} and {@code mail.example.com} say
 * @param realm the server's realm
 * @param encryptionType the number of the ticket's encryption type in the registry of RFC 3961
 * @param keyVersion the version of the key; empty where the KDC did not tell
 */
public record TicketLabel(
    List<String> name, String realm, int encryptionType, Optional<Integer> keyVersion) {
  /** Copies the list. */
  public TicketLabel {
    name = List.copyOf(name);
  }

  /** Written out: what the compiler makes for a record holds its class loader on JDK 17. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TicketLabel label
        && name.equals(label.name)
        && realm.equals(label.realm)
        && encryptionType == label.encryptionType
        && keyVersion.equals(label.keyVersion);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /** The principal that the ticket names, with its realm; it may hold any characters. */
  public String principal() {
    return String.join("/", name) + "@" + realm;
  }

  /** The ticket in words, as a keytab's entries are shown, without control characters. */
  public String describe() {
    return "a ticket for "
        + Printable.of(principal())
        + keyVersion.map(version -> " (kvno " + version + ", ").orElse(" (")
        + "enctype "
        + encryptionType
        + ")";
  }
}
