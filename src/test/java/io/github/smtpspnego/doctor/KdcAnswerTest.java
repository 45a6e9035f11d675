package io.github.smtpspnego.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.ForgedTickets;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What KDCs answer, with KDCs that say what a test wants. */
class KdcAnswerTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private static byte[] error(String time) {
    return ForgedTickets.der(
        0x7e,
        ForgedTickets.der(
            0x30,
            ForgedTickets.der(
                0xa4, ForgedTickets.der(0x18, time.getBytes(StandardCharsets.ISO_8859_1))),
            ForgedTickets.der(0xa6, ForgedTickets.der(0x02, new byte[] {6}))));
  }

  @Test
  void theKdcsClockIsInItsAnswer() throws Exception {
    Instant itsTime = Instant.now().plus(Duration.ofHours(1));
    String time =
        DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT)
            .format(itsTime.atOffset(ZoneOffset.UTC));
    KdcAnswer.Outcome seen = overTcp(error(time));
    assertTrue(seen.isThere(), seen::toString);
    assertEquals(
        "KRB-ERROR, 28 octets: client not found in the KDC's database (6), its clock says "
            + Instant.ofEpochSecond(itsTime.getEpochSecond()),
        seen.answer());
    assertEquals(60, seen.ahead().orElseThrow().plusSeconds(30).toMinutes());
  }

  /** MIT's KDC answers a request that it has seen before with the old answer, and its old time. */
  @Test
  void noTwoRequestsAreTheSame() {
    assertFalse(
        Arrays.equals(
            AsRequest.encode("nobody", "EXAMPLE.TEST"),
            AsRequest.encode("nobody", "EXAMPLE.TEST")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"20261332996161Z", "20260229000000Z", "00000000000000Z", "soon", "\u001b[2J"})
  void aTimeThatIsNoneIsALineAndTheKdcIsThere(String time) throws Exception {
    KdcAnswer.Outcome seen = overTcp(error(time));
    assertTrue(seen.isThere(), seen::toString);
    assertEquals(Optional.empty(), seen.ahead());
    assertTrue(seen.answer().contains("'" + time + "', which is no time"), seen::toString);
  }

  @Test
  void whatIsNoKdcIsToldSo() throws Exception {
    for (byte[] answer : List.of(new byte[0], "HTTP/1.1 400".getBytes(StandardCharsets.US_ASCII))) {
      KdcAnswer.Outcome seen = overTcp(answer);
      assertFalse(seen.isThere());
      assertTrue(seen.problem().contains("no KDC"), seen::toString);
    }
  }

  /** A KDC that answers over TCP and not over UDP, and the other way round. */
  @Test
  void eachWayHasItsOwnOutcome() throws Exception {
    KdcAnswer.Outcome tcp = overTcp(error("20260102030405Z"));
    assertTrue(tcp.isThere(), tcp::toString);
    try (DatagramSocket kdc = new DatagramSocket(0, LOOPBACK)) {
      FutureTask<Void> task =
          new FutureTask<>(
              () -> {
                DatagramPacket request = new DatagramPacket(new byte[2000], 2000);
                kdc.receive(request); // the first one is lost
                kdc.receive(request);
                byte[] answer = error("20260102030405Z");
                kdc.send(new DatagramPacket(answer, answer.length, request.getSocketAddress()));
                return null;
              });
      new Thread(task, "kdc").start();
      KdcAnswer seen = ask(kdc.getLocalPort()).get(0);
      task.get();
      assertTrue(seen.over(KdcWire.UDP).isThere(), seen::toString);
      assertEquals("refused", seen.over(KdcWire.TCP).problem());
      assertTrue(seen.isThere());
    }
  }

  @Test
  void thirtyThatKeepSilentDoNotHideTheOneThatAnswers() throws Exception {
    List<ServerSocket> silent = new ArrayList<>();
    try (ServerSocket kdc = new ServerSocket(0, 1, LOOPBACK)) {
      for (int i = 0; i < 30; i++) {
        silent.add(new ServerSocket(0, 1, LOOPBACK));
      }
      FutureTask<Void> task = answering(kdc, error("20260102030405Z"));
      List<Integer> ports =
          new ArrayList<>(silent.stream().map(ServerSocket::getLocalPort).toList());
      ports.add(kdc.getLocalPort());
      List<KdcAnswer> answers = ask(ports.toArray(Integer[]::new));
      task.get();
      assertEquals(31, answers.size());
      assertTrue(answers.get(30).isThere(), answers::toString);
      for (KdcAnswer answer : answers.subList(0, 30)) {
        assertEquals("no answer in 3 seconds", answer.over(KdcWire.TCP).problem());
        assertEquals("refused", answer.over(KdcWire.UDP).problem());
      }
    } finally {
      for (ServerSocket socket : silent) {
        socket.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dc1:port", "[::1", "::1:x", "dc1:99999", " ", "kdc.nowhere.invalid"})
  void anAddressThatIsNoneIsToldSo(String address) throws Exception {
    KdcAnswer answer = KdcAnswer.ask(List.of(address), "EXAMPLE.TEST").get(0);
    assertFalse(answer.isThere());
    assertFalse(answer.over(KdcWire.UDP).problem().isBlank());
  }

  private static List<KdcAnswer> ask(Integer... ports) throws InterruptedException {
    return KdcAnswer.ask(
        List.of(ports).stream().map(port -> "127.0.0.1:" + port).toList(), "EXAMPLE.TEST");
  }

  private static KdcAnswer.Outcome overTcp(byte[] answer) throws Exception {
    try (ServerSocket kdc = new ServerSocket(0, 1, LOOPBACK)) {
      FutureTask<Void> task = answering(kdc, answer);
      KdcAnswer seen = ask(kdc.getLocalPort()).get(0);
      task.get();
      assertEquals("refused", seen.over(KdcWire.UDP).problem());
      return seen.over(KdcWire.TCP);
    }
  }

  private static FutureTask<Void> answering(ServerSocket kdc, byte[] answer) throws IOException {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              try (Socket client = kdc.accept()) {
                DataInputStream in = new DataInputStream(client.getInputStream());
                in.readNBytes(in.readInt());
                DataOutputStream out = new DataOutputStream(client.getOutputStream());
                out.writeInt(answer.length);
                out.write(answer);
              }
              return null;
            });
    new Thread(task, "kdc").start();
    return task;
  }
}
