package io.github.smtpspnego.gss;

import io.github.smtpspnego.kerberos.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * {@code NegTokenInit}, RFC 4178 section 4.2.1, in the framing of RFC 2743 section 3.1: {@code 60
 * len 06 06 2b0601050502 a0 len 30 len}, then up to four fields {@code [0]} to {@code [3]}. Fields
 * that follow are skipped.
 */
final class NegTokenInit implements PeerToken {
  private static final int MOST_SHOWN = 8;

  /** The mechanisms offered, best first. */
  final List<Oid> mechTypes = new ArrayList<>();

  /**
   * The {@code MechTypeList} as received, with its tag and length. The mechListMIC signs these
   * octets, RFC 4178 section 5.
   */
  final byte[] mechTypeList;

  /** The token of the first mechanism. */
  final byte @Nullable [] mechToken;

  /** The integrity token over the list of mechanisms. */
  final byte @Nullable [] mechListMic;

  /**
   * Reads the token after its framing.
   *
   * @throws IOException if it is not a NegTokenInit
   */
  NegTokenInit(Der der) throws IOException {
    Der fields = der.enterLast(Der.context(0)).enterLast(Der.SEQUENCE);
    Der field = fields.enter(Der.context(0));
    mechTypeList = field.rest();
    Der list = field.enterLast(Der.SEQUENCE);
    while (!list.atEnd()) {
      mechTypes.add(list.readOid());
    }
    fields.enterIf(Der.context(1)); // reqFlags, which RFC 4178 section 4.2.1 says to ignore
    mechToken = fields.readOctetField(2);
    field = fields.enterIf(Der.context(3));
    // A server's NegTokenInit2 has negHints here, a SEQUENCE: MS-SPNG section 2.2.1.
    mechListMic =
        field != null && field.nextIs(Der.OCTET_STRING)
            ? field.enterLast(Der.OCTET_STRING).rest()
            : null;
    fields.skipFieldsAfter(3);
  }

  /** The first identifier that means Kerberos; null if there is none. */
  @Nullable Oid kerberos() {
    for (Oid mechanism : mechTypes) {
      if (Oids.isKerberos(mechanism)) {
        return mechanism;
      }
    }
    return null;
  }

  @Override
  public String describe() {
    List<String> names = new ArrayList<>();
    for (Oid mechanism : mechTypes) {
      // Naming an OID is slow. Those beyond the limit are only counted.
      names.add(names.size() < MOST_SHOWN ? Oids.name(mechanism) : "");
    }
    return "a NegTokenInit offering " + Printable.list(names, MOST_SHOWN);
  }
}
