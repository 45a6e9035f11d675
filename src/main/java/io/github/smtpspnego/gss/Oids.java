package io.github.smtpspnego.gss;

import io.github.smtpspnego.kerberos.Printable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/** The object identifiers of mechanisms and name types. */
public final class Oids {
  /** SPNEGO, RFC 4178 section 1. */
  public static final Oid SPNEGO = oid("1.3.6.1.5.5.2");

  /** Kerberos V5, RFC 4121 section 1. */
  public static final Oid KERBEROS = oid("1.2.840.113554.1.2.2");

  /** Microsoft's other identifier for Kerberos, which began as a bug: MS-SPNG section 3.1.5.2. */
  public static final Oid MS_KERBEROS = oid("1.2.840.48018.1.2.2");

  /** User-to-user Kerberos. */
  public static final Oid KERBEROS_USER_TO_USER = oid("1.2.840.113554.1.2.2.3");

  /** NTLM, MS-NLMP. */
  public static final Oid NTLM = oid("1.3.6.1.4.1.311.2.2.10");

  /** SPNEGO Extended Negotiation, MS-NEGOEX. */
  public static final Oid NEGOEX = oid("1.3.6.1.4.1.311.2.2.30");

  /** Kerberos through the server, draft-ietf-kitten-iakerb. */
  public static final Oid IAKERB = oid("1.3.6.1.5.2.5");

  /** Name type of a Kerberos principal name, RFC 4121 section 4 and RFC 1964 section 2.1.1. */
  public static final Oid KERBEROS_PRINCIPAL_NAME = oid("1.2.840.113554.1.2.2.1");

  /** The longest identifier in octets that is shown in dotted form. */
  private static final int LONGEST = 40;

  private static final Map<Oid, String> NAMES =
      Map.of(
          SPNEGO, "SPNEGO",
          KERBEROS, "Kerberos",
          MS_KERBEROS, "Kerberos (Microsoft's OID)",
          KERBEROS_USER_TO_USER, "Kerberos user-to-user",
          NTLM, "NTLM",
          NEGOEX, "NegoEx",
          IAKERB, "IAKERB");

  /** The identifiers in most tokens with their octets, since the JDK's parser is slow. */
  private static final Map<Oid, byte[]> KNOWN = new LinkedHashMap<>();

  static {
    for (Oid oid : List.of(KERBEROS, SPNEGO, MS_KERBEROS, NTLM, NEGOEX)) {
      byte[] encoded = Der.encode(oid);
      KNOWN.put(oid, Arrays.copyOfRange(encoded, 2, encoded.length));
    }
  }

  private Oids() {}

  /** The identifier with these octets if it is one of {@link #KNOWN}; null otherwise. */
  static @Nullable Oid known(byte[] octets, int from, int to) {
    for (Map.Entry<Oid, byte[]> known : KNOWN.entrySet()) {
      byte[] value = known.getValue();
      if (Arrays.equals(value, 0, value.length, octets, from, to)) {
        return known.getKey();
      }
    }
    return null;
  }

  /** Whether the mechanism is Kerberos under one of its two identifiers. */
  public static boolean isKerberos(Oid mechanism) {
    return mechanism.equals(KERBEROS) || mechanism.equals(MS_KERBEROS);
  }

  /** A mechanism's name for messages; its dotted form if it has no name here. */
  public static String name(Oid mechanism) {
    String name = NAMES.get(mechanism);
    if (name != null) {
      return name;
    }
    int length = Der.encode(mechanism).length;
    return length > LONGEST
        ? "a mechanism with an identifier of "
            + length
            + " octets" // its dotted form is slow to make
        : Printable.of(mechanism.toString());
  }

  private static Oid oid(String dotted) {
    try {
      return new Oid(dotted);
    } catch (GSSException e) {
      throw new IllegalArgumentException(dotted, e);
    }
  }
}
