package io.github.smtpspnego.doctor;

import static io.github.smtpspnego.doctor.Scene.KDC;
import static io.github.smtpspnego.doctor.Scene.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.KdcProxy;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** {@code --server}: a mail server's keytab against a real KDC. */
@ResourceLock("java.security.Security")
class ServerKeytabIT {
  @AfterEach
  void letTheKdcAnswer() {
    KDC.proxy().mode(KdcProxy.Mode.FORWARD);
  }

  private static Diagnosis diagnose(String host, Path keytab, String... more) {
    List<String> options = new ArrayList<>(List.of(more));
    options.addAll(List.of("--server", "--keytab=" + keytab, "--host=" + host));
    return Diagnosis.of(Map.of(), options);
  }

  @Test
  void aCurrentKeytabIsInOrder() {
    KDC.add("smtp/current.test", "one");
    KDC.add("SMTPSVC/current.test", "two");
    Path keytab = KDC.keytab("smtp/current.test", "SMTPSVC/current.test");
    Diagnosis diagnosis = diagnose("current.test", keytab);
    assertEquals(0, diagnosis.exitCode(), diagnosis.text());
    assertEquals(
        List.of("keytab", "kerberos", "clock", "keys", "tickets"),
        List.copyOf(diagnosis.findings().keySet()));
    says(
        diagnosis.of("keytab"),
        keytab + " holds smtp/current.test@EXAMPLE.TEST, kvno 1, aes128-cts-hmac-sha1-96",
        "holds SMTPSVC/current.test@EXAMPLE.TEST, kvno 1");
    says(diagnosis.of("kerberos"), "client not found in the KDC's database (6)");
    says(
        diagnosis.of("keys"),
        "smtp/current.test@EXAMPLE.TEST: the KDC takes the keytab's key",
        "it has aes128-cts-hmac-sha1-96");
    says(
        diagnosis.of("tickets"),
        "asked for as smtp/current.test@EXAMPLE.TEST",
        "A ticket for smtp/current.test@EXAMPLE.TEST (aes128-cts-hmac-sha1-96, kvno 1) is let in",
        "A ticket for SMTPSVC/current.test@EXAMPLE.TEST (aes128-cts-hmac-sha1-96, kvno 1) is let");
  }

  @Test
  void oneOfTheTwoNamesIsEnough() {
    KDC.add("smtp/one.test", "one");
    Diagnosis diagnosis = diagnose("one.test", KDC.keytab("smtp/one.test"));
    assertEquals(0, diagnosis.exitCode(), diagnosis.text());
    says(
        diagnosis.of("tickets"),
        "smtp/one.test@EXAMPLE.TEST (aes128-cts-hmac-sha1-96, kvno 1) is let in",
        "No client gets a ticket for SMTPSVC/one.test@EXAMPLE.TEST");
  }

  @Test
  void aNameThatTheKdcHasAndTheKeytabHasNotIsPointedOut() {
    KDC.add("smtp/half.test", "one");
    KDC.add("SMTPSVC/half.test", "two");
    Diagnosis diagnosis = diagnose("half.test", KDC.keytab("smtp/half.test"));
    assertEquals(0, diagnosis.exitCode(), diagnosis.text());
    Finding warning = diagnosis.only(Status.WARN);
    assertEquals("acceptor-credentials", warning.anchor());
    says(warning.text(), "SMTPSVC/half.test@EXAMPLE.TEST", "no key for that name");
    says(warning.remedy(), "ktadd", "ktpass");
  }

  @Test
  void anotherServiceClassIsLookedForWhereItIsNamed() {
    KDC.add("mail/class.test", "one");
    Path keytab = KDC.keytab("mail/class.test");
    assertEquals(0, diagnose("class.test", keytab, "--service=mail").exitCode());
    diagnose("class.test", keytab).failsIn("keytab", "acceptor-credentials");
  }

  @Test
  void aKeyThatWasChangedInTheKdc() {
    KDC.add("smtp/stale.test", "old");
    Path keytab = KDC.keytab("smtp/stale.test");
    KDC.changePassword("smtp/stale.test", "new");
    Diagnosis diagnosis =
        diagnose("stale.test", keytab, "--ticketcache=" + KDC.ticketCache("alice", Kdc.PASSWORD));
    diagnosis.failsIn("keys", "wrong-password");
    says(diagnosis.of("keys"), "smtp/stale.test@EXAMPLE.TEST: the KDC has another key");
    assertTrue(
        diagnosis.findings().get("tickets").stream().anyMatch(f -> f.status() == Status.FAIL),
        diagnosis.text());
    says(
        diagnosis.of("tickets"),
        "asked for as alice@EXAMPLE.TEST",
        "(aes128-cts-hmac-sha1-96, kvno 2) is not let in; for that name the keytab has ",
        "aes128-cts-hmac-sha1-96, kvno 1");
  }

  @Test
  void aStaleKeyOfAnotherServiceStopsNoMail() {
    KDC.add("smtp/shared.test", "one");
    KDC.add("host/shared.test", "old");
    Path keytab = KDC.keytab("host/shared.test", "smtp/shared.test");
    KDC.changePassword("host/shared.test", "new");
    Diagnosis diagnosis = diagnose("shared.test", keytab);
    assertEquals(0, diagnosis.exitCode(), diagnosis.text());
    says(diagnosis.only(Status.WARN).text(), "host/shared.test@EXAMPLE.TEST");
  }

  @Test
  void aKeytabForAnotherHost() {
    KDC.add("smtp/this.test", "one");
    Diagnosis diagnosis = diagnose("that.test", KDC.keytab("smtp/this.test"));
    diagnosis.failsIn("keytab", "acceptor-credentials");
    says(diagnosis.of("keytab"), "no key for smtp/that.test or SMTPSVC/that.test");
    diagnosis.failsIn("tickets", "server-unknown");
  }

  @Test
  void aNameThatIsInTheKeytabAlone() throws IOException {
    Path keytab = forged("smtp/nowhere.test");
    String cache = "--ticketcache=" + KDC.ticketCache("alice", Kdc.PASSWORD);
    Diagnosis diagnosis = diagnose("nowhere.test", keytab, cache);
    Finding failure = diagnosis.failsOnlyIn("tickets", "server-unknown");
    says(failure.remedy(), "addprinc", "setspn -S SMTP/nowhere.test");
    says(diagnosis.of("keys"), "no client of that name");
  }

  @Test
  void nobodyWhoCouldAskForATicket() throws IOException {
    Path keytab = forged("smtp/nobody.test");
    Diagnosis diagnosis = diagnose("nobody.test", keytab, "--ticketcache=/no/such");
    assertEquals(0, diagnosis.exitCode(), diagnosis.text());
    Finding warning = diagnosis.only(Status.WARN);
    assertEquals("no-credentials", warning.anchor());
    says(warning.remedy(), "--ticketcache FILE");
  }

  @Test
  void aPasswordMayAskForTickets() {
    KDC.add("smtp/asked.test", "one");
    Diagnosis diagnosis =
        Diagnosis.of(
            Map.of("MAIL_PASSWORD", Kdc.PASSWORD),
            List.of(
                "--server",
                "--keytab=" + KDC.keytab("smtp/asked.test"),
                "--host=asked.test",
                "--user=alice"));
    assertEquals(0, diagnosis.exitCode(), diagnosis.text());
    says(diagnosis.of("tickets"), "asked for as alice");
    assertFalse(diagnosis.text().contains(Kdc.PASSWORD));
  }

  @Test
  void aFileThatIsNoneOrNotThere() throws IOException {
    Path missing = KDC.newFile("nothing");
    Finding failure = diagnose("a.test", missing).failsOnlyIn("keytab", "acceptor-credentials");
    says(failure.text(), missing.toString(), "does not exist");
    Path text = Files.writeString(KDC.newFile("text"), "no keytab");
    Diagnosis diagnosis = diagnose("a.test", text);
    says(diagnosis.failsOnlyIn("keytab", "acceptor-credentials").text(), "not a keytab");
    assertTrue(diagnosis.isSkipped("keys"));
    assertTrue(diagnosis.isSkipped("tickets"));
  }

  @Test
  void aKdcThatDoesNotAnswer() {
    KDC.add("smtp/away.test", "one");
    Path keytab = KDC.keytab("smtp/away.test");
    KDC.proxy().mode(KdcProxy.Mode.REFUSE);
    Diagnosis diagnosis = diagnose("away.test", keytab);
    diagnosis.failsOnlyIn("kerberos", "kdc-unreachable");
    assertTrue(diagnosis.isSkipped("keys"));
    assertTrue(diagnosis.isSkipped("tickets"));
  }

  /** A keytab with a key that no KDC has. */
  private static Path forged(String name) throws IOException {
    ByteArrayOutputStream entry = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(entry);
    String[] components = name.split("/", -1);
    fields.writeShort(components.length);
    fields.writeUTF(Kdc.REALM);
    for (String component : components) {
      fields.writeUTF(component);
    }
    fields.writeInt(1); // name type
    fields.writeInt(0); // time
    fields.writeByte(1); // kvno
    fields.writeShort(18);
    fields.writeShort(32);
    fields.write(new byte[32]);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(file);
    out.writeShort(0x0502);
    out.writeInt(entry.size());
    entry.writeTo(out);
    return Files.write(KDC.newFile("forged"), file.toByteArray());
  }
}
