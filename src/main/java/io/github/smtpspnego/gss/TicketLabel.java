package io.github.smtpspnego.gss;

import io.github.smtpspnego.kerberos.PrincipalText;
import io.github.smtpspnego.kerberos.Printable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The unencrypted part of a ticket, RFC 4120 section 5.3. It is not protected: whoever has the
 * ticket can put another name there.
 *
 * @param name the components of the server's name, such as {@code smtp} and {@code
 *     mail.example.com}
 * @param realm the server's realm
 * @param encryptionType the number of the ticket's encryption type in the registry of RFC 3961
 * @param keyVersion the version of the key; empty if the KDC left it out
 */
public record TicketLabel(
    List<String> name, String realm, int encryptionType, Optional<Integer> keyVersion) {
  /** Copies the list. */
  public TicketLabel {
    name = List.copyOf(name);
  }

  /** On JDK 17 the methods that the compiler generates for a record keep its class loader alive. */
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

  /** The principal that the ticket names, with its realm. It may contain any characters. */
  public String principal() {
    return PrincipalText.of(name, realm);
  }

  /** Describes the ticket as a keytab's entries are described, without control characters. */
  public String describe() {
    return "a ticket for "
        + Printable.of(principal())
        + keyVersion.map(version -> " (kvno " + version + ", ").orElse(" (")
        + "enctype "
        + encryptionType
        + ")";
  }
}
