package io.github.smtpspnego.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Octets as a tree of DER elements, as far as they are such. It can be changed and written again,
 * also with lengths that are lies.
 *
 * <p>The two octets of a Kerberos token's type read as an empty element, which does no harm: what
 * is not changed is written as it was.
 */
final class DerNode {
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OID = 0x06;
  static final int ENUMERATED = 0x0a;
  static final int GENERALIZED_TIME = 0x18;
  static final int GENERAL_STRING = 0x1b;
  static final int SEQUENCE = 0x30;

  private static final int CONSTRUCTED = 0x20;
  private static final int DEEPEST = 60;

  int tag;
  final List<DerNode> children = new ArrayList<>();

  /** The contents, where there are no children. */
  byte[] leaf = {};

  /** What stands for the length; null for the true one. */
  byte @Nullable [] lie;

  private DerNode(int tag) {
    this.tag = tag;
  }

  /** The elements in a row, under a root that writes no header of its own. */
  static DerNode parse(byte[] octets) {
    DerNode root = new DerNode(SEQUENCE);
    root.fill(octets, 0, true);
    return root;
  }

  static DerNode of(int tag, byte[] contents) {
    DerNode node = new DerNode(tag);
    node.leaf = contents;
    return node;
  }

  private void fill(byte[] octets, int depth, boolean several) {
    List<DerNode> read = depth > DEEPEST ? List.of() : elements(octets, depth);
    if (several || read.size() == 1) {
      children.addAll(read);
    }
    if (!children.isEmpty() && !Arrays.equals(octets, contents())) {
      children.clear(); // not the shortest form of a length
    }
    if (children.isEmpty()) {
      leaf = octets;
    }
  }

  /** None where the octets are not elements up to their end. */
  private static List<DerNode> elements(byte[] octets, int depth) {
    List<DerNode> found = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(octets);
    while (in.remaining() >= 2) {
      DerNode node = new DerNode(in.get() & 0xff);
      int length = in.get() & 0xff;
      if (length >= 0x80) {
        int size = length & 0x7f;
        if (size == 0 || size > 3 || in.remaining() < size) {
          return List.of();
        }
        length = 0;
        for (int i = 0; i < size; i++) {
          length = length << 8 | (in.get() & 0xff);
        }
      }
      if (length > in.remaining()) {
        return List.of();
      }
      byte[] contents = new byte[length];
      in.get(contents);
      boolean isConstructed = (node.tag & CONSTRUCTED) != 0;
      if (isConstructed || node.tag == OCTET_STRING) {
        node.fill(contents, depth + 1, isConstructed);
      } else {
        node.leaf = contents;
      }
      found.add(node);
    }
    return in.hasRemaining() ? List.of() : found;
  }

  /** This element and all below it. */
  List<DerNode> all() {
    List<DerNode> all = new ArrayList<>(List.of(this));
    children.forEach(child -> all.addAll(child.all()));
    return all;
  }

  /** The octets without the header. */
  byte[] contents() {
    if (children.isEmpty()) {
      return leaf;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    children.forEach(child -> out.writeBytes(child.encode()));
    return out.toByteArray();
  }

  /** The octets with the header. */
  byte[] encode() {
    byte[] contents = contents();
    ByteArrayOutputStream out = new ByteArrayOutputStream(contents.length + 6);
    out.write(tag);
    out.writeBytes(lie == null ? length(contents.length) : lie);
    out.writeBytes(contents);
    return out.toByteArray();
  }

  static byte[] length(int length) {
    if (length < 0x80) {
      return new byte[] {(byte) length};
    }
    if (length < 0x100) {
      return new byte[] {(byte) 0x81, (byte) length};
    }
    if (length < 0x10000) {
      return new byte[] {(byte) 0x82, (byte) (length >> 8), (byte) length};
    }
    return new byte[] {(byte) 0x83, (byte) (length >> 16), (byte) (length >> 8), (byte) length};
  }
}
