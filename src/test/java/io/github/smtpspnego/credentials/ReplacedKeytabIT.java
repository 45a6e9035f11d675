package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.gss.TicketLabel;
import io.github.smtpspnego.support.Kdc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A server whose keytab is replaced while clients log in. */
class ReplacedKeytabIT {
  private static final Kdc KDC = Kdc.shared();
  private static final int AES128 = 17;
  private static final TicketLabel LABEL =
      new TicketLabel(List.of("smtp", "alias"), Kdc.REALM, AES128, Optional.empty());

  private final Path used = KDC.newFile("keytab");
  private final Path next = KDC.newFile("keytab");
  private final AcceptorCredentials keys =
      AcceptorCredentials.ofKeytab(
          used, new AcceptedNames(AcceptedNames.MAIL_SERVICES, List.of(), List.of(), ""));

  /** A key that was chosen between two readings of the file must not be chosen for good. */
  @Test
  void theKeysOfTheLastFileAreTried() throws Exception {
    KDC.add("smtp/other", "another key");
    byte[] both = Files.readAllBytes(KDC.keytab("smtp/localhost", "smtp/other"));
    byte[] one = Files.readAllBytes(KDC.keytab("smtp/localhost"));
    put(both);
    assertEquals(2, keys.forTicket(LABEL).size());
    for (int trial = 0; trial < 100; trial++) {
      AtomicBoolean stop = new AtomicBoolean();
      Thread client = new Thread(() -> logInUntil(stop));
      client.start();
      for (int flip = 0; flip < 10; flip++) {
        put(one);
        put(both);
      }
      stop.set(true);
      client.join();
      assertEquals(2, keys.forTicket(LABEL).size(), "trial " + trial);
    }
  }

  private void logInUntil(AtomicBoolean stop) {
    while (!stop.get()) {
      try {
        keys.forTicket(LABEL);
      } catch (SpnegoException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void put(byte[] content) throws IOException {
    Files.write(next, content);
    Files.move(next, used, StandardCopyOption.ATOMIC_MOVE);
  }
}
