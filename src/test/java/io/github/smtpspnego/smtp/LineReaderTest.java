package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.smtp.SmtpAuthExchange.LineReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  @Test
  void linesEndWithCrlf() throws IOException {
    LineReader lines = new LineReader(stream("EHLO a\r\n\r\nAUTH GSSAPI\r\nQUIT"));
    assertEquals("EHLO a", lines.readLine());
    assertEquals("", lines.readLine());
    assertEquals("AUTH GSSAPI", lines.readLine());
    assertNull(lines.readLine(), "a line that is cut off is none");
    assertNull(lines.readLine());
  }

  /** RFC 5321 section 2.3.8: neither alone ends a line. */
  @Test
  void aCarriageReturnOrALineFeedAloneEndsNothing() throws IOException {
    LineReader lines = new LineReader(stream("a\nb\rc\r\rd\r\n"));
    assertEquals("a\nb\rc\r\rd", lines.readLine());
  }

  @Test
  void nothingBeyondTheLineIsRead() throws IOException {
    InputStream in = stream("STARTTLS\r\n\u0016\u0003\u0001");
    assertEquals("STARTTLS", new LineReader(in).readLine());
    assertEquals(0x16, in.read());
  }

  @Test
  void aLineThatIsTooLongIsCutToOneOctetMoreThanAllowed() throws IOException {
    LineReader lines =
        new LineReader(stream("123456\r\n1234567\r\n" + "8".repeat(99) + "\r\nA\r\n"), 6);
    assertEquals("123456", lines.readLine());
    assertEquals("1234567", lines.readLine());
    assertEquals("8888888", lines.readLine());
    assertEquals("A", lines.readLine());
  }

  @Test
  void whatIsCutIsRefused() throws IOException {
    LineReader lines =
        new LineReader(stream("AUTH GSSAPI " + "YWJj".repeat(SmtpAuthExchange.MAX_LINE) + "\r\n"));
    SmtpAuthExchange exchange =
        SmtpAuthServer.builder().keytab(Path.of("/no/such/keytab")).build().exchange();
    assertEquals(500, exchange.auth(lines.readLine()).code());
  }

  @Test
  void aLineWithoutEndIsNotReadForEver() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'A';
          }
        };
    assertThrows(IOException.class, () -> new LineReader(endless).readLine());
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
