package io.github.smtpspnego.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Changes tokens: octets, DER elements, the fields of SPNEGO, Kerberos and wrapped tokens, and
 * pieces of other tokens put in their place. What it does follows from the random numbers alone.
 */
final class Mutator {
  private static final int MOST_STEPS = 4;

  /** Just more than either side takes. */
  private static final int LONGEST = (1 << 16) + 64;

  private static final int[] TAGS = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x18, 0x1b, 0x1f, 0x24, 0x30, 0x60, 0x61, 0x6e,
    0x6f, 0x7e, 0x80, 0xa0, 0xa1, 0xa2, 0xa3, 0xbf, 0xff
  };

  private static final byte[][] LENGTHS = {
    hex("80"),
    hex("00"),
    hex("01"),
    hex("7f"),
    hex("8100"),
    hex("81ff"),
    hex("8200ff"),
    hex("82ffff"),
    hex("83010000"),
    hex("83ffffff"),
    hex("847fffffff"),
    hex("84ffffffff"),
    hex("8480000000"),
    hex("8400000001"),
    hex("880000000000000001"),
    hex("88ffffffffffffffff"),
    hex("ff")
  };

  private static final byte[][] NUMBERS = {
    {},
    hex("00"),
    hex("01"),
    hex("02"),
    hex("03"),
    hex("04"),
    hex("05"),
    hex("11"),
    hex("12"),
    hex("17"),
    hex("7f"),
    hex("80"),
    hex("ff"),
    hex("0000"),
    hex("0100"),
    hex("7fffffff"),
    hex("80000000"),
    hex("ffffffff"),
    hex("00ffffffff"),
    hex("7fffffffffffffff"),
    hex("8000000000000000"),
    hex("0102030405060708090a0b0c0d0e0f1011")
  };

  /** SPNEGO, Kerberos, Microsoft's Kerberos, NTLM, NEGOEX, and octets that are none. */
  private static final byte[][] OIDS = {
    hex("2b0601050502"),
    hex("2a864886f712010202"),
    hex("2a864882f712010202"),
    hex("2b06010401823702020a"),
    hex("2b06010401823702021e"),
    {},
    hex("80"),
    hex("2b80"),
    hex("ffffffffffffffffffffffff7f"),
    hex("2a"),
    hex("2b0601050502ff")
  };

  private static final String[] TEXTS = {
    "",
    "smtp",
    "SMTPSVC",
    "localhost",
    "EXAMPLE.TEST",
    "OTHER.TEST",
    "krbtgt",
    "a/b@c",
    "a\r\nb",
    "\u0000",
    "\u001b[2J",
    "WELLKNOWN",
    "ANONYMOUS",
    "20260102030405Z",
    "99999999999999Z",
    "x".repeat(300)
  };

  private static final byte[][] TOKEN_IDS = {
    hex("0100"),
    hex("0200"),
    hex("0300"),
    hex("0404"),
    hex("0504"),
    hex("0101"),
    hex("0201"),
    hex("0000"),
    hex("6030"),
    hex("a130")
  };

  private final Random random;
  private final List<byte[]> donors;
  private final StringBuilder story = new StringBuilder();

  /**
   * Makes one.
   *
   * @param random decides
   * @param donors other tokens to take pieces from
   */
  Mutator(Random random, List<byte[]> donors) {
    this.random = random;
    this.donors = donors;
  }

  /** What was done, in words. */
  String story() {
    return story.toString();
  }

  /** A changed copy; by chance it is what it was. */
  byte[] mutate(byte[] token) {
    byte[] changed = token.clone();
    int steps = 1 + (random.nextInt(3) == 0 ? random.nextInt(MOST_STEPS) : 0);
    for (int i = 0; i < steps; i++) {
      int kind = random.nextInt(100);
      if (kind < 35) {
        changed = octets(changed);
      } else if (kind < 85) {
        changed = elements(changed);
      } else {
        changed = splice(changed);
      }
    }
    return changed.length > LONGEST ? Arrays.copyOf(changed, LONGEST) : changed;
  }

  /** A changed line of text. */
  String mutate(String line) {
    StringBuilder changed = new StringBuilder(line);
    int at = random.nextInt(line.length() + 1);
    int end = Math.min(line.length(), at + 1 + random.nextInt(4));
    switch (random.nextInt(5)) {
      case 0 -> changed.insert(at, note("insert", pick(" ", "=", "\t", "\u0000", "\u00e9", "A")));
      case 1 -> changed.delete(at, end);
      case 2 -> changed.setLength(at);
      case 3 -> changed.replace(at, end, note("replace", pick("A", "-", "_", "==", "*", "\uD800")));
      default ->
          changed.append(note("append", pick("=", " ", " A", "AAAA", "*", "A".repeat(13000))));
    }
    note("line", at);
    return changed.toString();
  }

  private byte[] octets(byte[] token) {
    int at = random.nextInt(token.length + 1);
    int end = Math.min(token.length, at + 1 + random.nextInt(8));
    byte[] none = {};
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> {
        byte[] changed = token.clone();
        for (int flips = 1 + random.nextInt(3); flips > 0 && token.length > 0; flips--) {
          int bit = random.nextInt(8 * token.length);
          changed[bit / 8] ^= (byte) (1 << bit % 8);
          note("flip", bit);
        }
        return changed;
      }
      case 3 -> {
        return replace(token, at, end, Arrays.copyOf(pick(LENGTHS), end - at), "overwrite");
      }
      case 4 -> {
        return replace(token, at, token.length, none, "truncate");
      }
      case 5 -> {
        return replace(token, at, end, none, "delete");
      }
      case 6 -> {
        return replace(token, at, at, Arrays.copyOfRange(token, at, end), "double");
      }
      case 7 -> {
        return replace(token, at, at, randomOctets(1 + random.nextInt(16)), "insert");
      }
      case 8 -> {
        return header(token);
      }
      default -> {
        int more = random.nextInt(100) == 0 ? LONGEST : 1 + random.nextInt(40);
        byte[] tail = random.nextBoolean() ? new byte[more] : randomOctets(more);
        return replace(token, token.length, token.length, tail, "extend");
      }
    }
  }

  /** The 16 octets that begin a wrapped token, RFC 4121 section 4.2.6.2, or a token's type. */
  private byte[] header(byte[] token) {
    if (token.length < 16) {
      return replace(token, 0, token.length, randomOctets(16), "header");
    }
    byte[] number = randomOctets(2);
    number[0] = random.nextInt(3) == 0 ? number[0] : 0;
    return switch (random.nextInt(5)) {
      case 0 -> replace(token, 0, 2, pick(TOKEN_IDS), "token type");
      case 1 -> replace(token, 2, 3, new byte[] {(byte) random.nextInt(8)}, "flags");
      case 2 -> replace(token, 4, 6, number, "EC");
      case 3 -> replace(token, 6, 8, number, "RRC");
      default -> rotate(token);
    };
  }

  /** A right rotation, RFC 4121 section 4.2.5, which changes nothing that counts. */
  private byte[] rotate(byte[] token) {
    byte[] changed = token.clone();
    int length = token.length - 16;
    int by = length == 0 ? 0 : random.nextInt(length);
    for (int i = 0; i < length; i++) {
      changed[16 + (i + by) % length] = token[16 + i];
    }
    int count = ((token[6] & 0xff) << 8 | (token[7] & 0xff)) + by;
    changed[6] = (byte) (count >> 8);
    changed[7] = (byte) count;
    note("rotate", by);
    return changed;
  }

  private byte[] elements(byte[] token) {
    DerNode root = DerNode.parse(token);
    List<DerNode> all = root.all();
    if (all.size() == 1) {
      return octets(token);
    }
    int index = 1 + random.nextInt(all.size() - 1);
    DerNode node = all.get(index);
    DerNode parent =
        all.stream().filter(one -> one.children.contains(node)).findFirst().orElseThrow();
    int place = parent.children.indexOf(node);
    note("element", index);
    switch (random.nextInt(12)) {
      case 0, 1 -> lie(node);
      case 2 -> parent.children.add(note("double", place), node);
      case 3 -> {
        note("remove", place);
        parent.children.remove(place);
      }
      case 4 -> {
        int other = random.nextInt(parent.children.size());
        parent.children.set(place, parent.children.get(other));
        parent.children.set(note("swap", other), node);
      }
      case 5 -> node.tag = note("tag", TAGS[random.nextInt(TAGS.length)]);
      case 6 -> {
        List<DerNode> pieces = DerNode.parse(pick(donors)).all();
        int piece = note("transplant", random.nextInt(pieces.size()));
        parent.children.set(place, pieces.get(piece));
      }
      case 7 -> {
        int depth = note("nest", pick(1, 2, 5, 50, 1500, 12000));
        parent.children.set(place, raw(nest(node, depth)));
      }
      default -> field(node);
    }
    return root.contents();
  }

  private void lie(DerNode node) {
    int length = node.contents().length;
    int delta = pick(-5, -1, 1, 2, 127);
    note("length", delta);
    node.lie =
        switch (random.nextInt(3)) {
          case 0 -> DerNode.length(Math.max(0, length + delta));
          case 1 -> new byte[] {(byte) 0x83, 0, (byte) (length >> 8), (byte) length};
          default -> pick(LENGTHS);
        };
  }

  /** Puts something in the place of contents that a reader of this type may stumble over. */
  private void field(DerNode node) {
    note("contents of", node.tag);
    byte[] contents =
        switch (node.tag) {
          case DerNode.INTEGER, DerNode.ENUMERATED -> pick(NUMBERS);
          case DerNode.OID -> pick(OIDS);
          case DerNode.GENERAL_STRING, DerNode.GENERALIZED_TIME ->
              pick(TEXTS).getBytes(StandardCharsets.UTF_8);
          case DerNode.BIT_STRING ->
              pick(hex("0000000000"), hex("0020000000"), hex("00ffffffff"), hex("08"), hex("ff00"));
          case DerNode.OCTET_STRING ->
              random.nextBoolean() ? pick(donors) : randomOctets(random.nextInt(100));
          default ->
              random.nextBoolean() ? new byte[0] : octets(node.contents()); // constructed, or a key
        };
    node.children.clear();
    node.leaf = contents;
  }

  /** An element in elements of its own tag, written from the inside out: the depth is large. */
  private static byte[] nest(DerNode node, int depth) {
    byte[] inner = node.encode();
    byte[] all = new byte[inner.length + 5 * depth];
    int start = all.length - inner.length;
    System.arraycopy(inner, 0, all, start, inner.length);
    for (int i = 0; i < depth; i++) {
      byte[] length = DerNode.length(all.length - start);
      start -= length.length;
      System.arraycopy(length, 0, all, start, length.length);
      all[--start] = (byte) node.tag;
    }
    return Arrays.copyOfRange(all, start, all.length);
  }

  /** An element whose header is in the octets already. */
  private static DerNode raw(byte[] encoded) {
    DerNode node = DerNode.of(encoded[0] & 0xff, Arrays.copyOfRange(encoded, 1, encoded.length));
    node.lie = new byte[0];
    return node;
  }

  /** The front of one token and the back of another. */
  private byte[] splice(byte[] token) {
    byte[] other = pick(donors);
    int from = random.nextInt(other.length + 1);
    int at = random.nextInt(token.length + 1);
    if (random.nextBoolean()) { // as long as it was
      at = Math.min(from, token.length);
      int end = Math.min(other.length, token.length);
      byte[] middle = from < end ? Arrays.copyOfRange(other, from, end) : new byte[0];
      return replace(token, at, at + middle.length, middle, "splice");
    }
    return replace(token, at, token.length, Arrays.copyOfRange(other, from, other.length), "graft");
  }

  private byte[] replace(byte[] token, int from, int to, byte[] insert, String what) {
    note(what, from);
    ByteArrayOutputStream out = new ByteArrayOutputStream(token.length + insert.length);
    out.write(token, 0, from);
    out.writeBytes(insert);
    out.write(token, to, token.length - to);
    return out.toByteArray();
  }

  private byte[] randomOctets(int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return octets;
  }

  @SafeVarargs
  private <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private <T> T note(String what, T detail) {
    story.append(story.length() == 0 ? "" : ", ").append(what).append(' ');
    String text = String.valueOf(detail);
    story.append(text.length() > 20 ? text.length() + " characters" : text);
    return detail;
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
