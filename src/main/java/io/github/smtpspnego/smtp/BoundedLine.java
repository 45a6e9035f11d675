package io.github.smtpspnego.smtp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads one line that ends with CRLF, and no octet beyond it. */
final class BoundedLine {
  private static final int MOST_DROPPED = 1 << 20;

  private BoundedLine() {}

  /** Of a line of more than so many octets one octet more; null where the stream ends before. */
  static @Nullable String read(InputStream in, int most) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    int dropped = 0;
    int previous = -1;
    for (int octet = in.read(); octet >= 0; octet = in.read()) {
      if (octet == '\n' && previous == '\r') {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.substring(0, dropped > 0 ? most + 1 : text.length() - 1);
      }
      previous = octet;
      if (line.size() < most + 2) {
        line.write(octet);
      } else if (++dropped > MOST_DROPPED) {
        throw new IOException("a line of more than " + MOST_DROPPED + " octets");
      }
    }
    return null;
  }
}
