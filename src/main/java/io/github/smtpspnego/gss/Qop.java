package io.github.smtpspnego.gss;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Quality of protection: the security layers of RFC 2222 section 7.2 (RFC 4752 section 3.3). */
public enum Qop {
  /** Authentication only; no security layer. */
  AUTH(1),
  /** Integrity protection. */
  AUTH_INT(2),
  /** Confidentiality, and integrity with it. */
  AUTH_CONF(4);

  private final int bit;

  Qop(int bit) {
    this.bit = bit;
  }

  /** The bit in the layer offer and in the layer choice. */
  public int bit() {
    return bit;
  }

  /** The name in {@code javax.security.sasl.qop}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads {@code javax.security.sasl.qop}.
   *
   * @param list names separated by commas or blanks, best first
   * @return the layers in that order
   * @throws IllegalArgumentException if a name is unknown, or the list is empty
   */
  public static List<Qop> parse(String list) {
    List<Qop> layers = new ArrayList<>();
    for (String name : list.strip().toLowerCase(Locale.ROOT).split("[,\\s]+", -1)) {
      layers.add(of(name));
    }
    return List.copyOf(layers);
  }

  private static Qop of(String name) {
    for (Qop qop : values()) {
      if (qop.toString().equals(name)) {
        return qop;
      }
    }
    throw new IllegalArgumentException(name);
  }
}
