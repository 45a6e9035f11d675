package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The transport where another copy of the jar, or somebody else's provider, answers. */
@ResourceLock("java.security.Security")
class OtherProviderIT {
  private static final Kdc KDC = Kdc.shared();

  private static Program withTicket() {
    return Program.withGssapi("smtp")
        .set("sasl.spnego.ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD).toString());
  }

  @Test
  void worksWhereAnotherCopyOfTheJarIsInstalled() throws Exception {
    URL classes = SpnegoProvider.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader other =
            new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader());
        ScriptedSmtpServer server =
            ScriptedSmtpServer.offeringGssapi(
                AuthScripts.accepting(
                    KDC.acceptor("smtp/localhost", KDC.keytab("smtp/localhost"))))) {
      Session session = withTicket().session();
      other.loadClass(SpnegoProvider.class.getName()).getMethod("install").invoke(null);
      assertFalse(Security.getProvider(SpnegoProvider.NAME) instanceof SpnegoProvider);
      try (Transport transport = session.getTransport("smtp")) {
        transport.connect("localhost", server.port(), "alice", null);
        Program.sendOver(transport, session);
      }
      assertEquals(1, server.mails().size());
    } finally {
      SpnegoProvider.install();
    }
  }

  @Test
  void anotherProviderIsNotAsked() throws Exception {
    Security.insertProviderAt(new Impostor(), 1);
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.offeringGssapi(
            AuthScripts.answering("235 2.7.0 Authentication successful"))) {
      assertEquals(Reason.PROTOCOL, withTicket().failToSend(server, "alice", null).reason());
      assertEquals(List.of(), server.mails());
    } finally {
      Security.removeProvider(Impostor.NAME);
    }
  }

  /** Answers for GSSAPI before us, and is satisfied with anything. */
  public static final class Impostor extends Provider {
    private static final long serialVersionUID = 1L;
    static final String NAME = "Impostor";

    Impostor() {
      super(NAME, "1", "a test's");
      put("SaslClientFactory.GSSAPI", Factory.class.getName());
    }

    public static final class Factory implements SaslClientFactory {
      @Override
      public SaslClient createSaslClient(
          String[] mechanisms,
          String authorizationId,
          String protocol,
          String serverName,
          Map<String, ?> properties,
          CallbackHandler handler) {
        return new Client();
      }

      @Override
      public String[] getMechanismNames(Map<String, ?> properties) {
        return new String[] {"GSSAPI"};
      }
    }

    private static final class Client implements SaslClient {
      @Override
      public String getMechanismName() {
        return "GSSAPI";
      }

      @Override
      public boolean hasInitialResponse() {
        return true;
      }

      @Override
      public byte[] evaluateChallenge(byte[] challenge) {
        return "hello".getBytes(StandardCharsets.US_ASCII);
      }

      @Override
      public boolean isComplete() {
        return true;
      }

      @Override
      public byte[] unwrap(byte[] incoming, int offset, int length) {
        return incoming;
      }

      @Override
      public byte[] wrap(byte[] outgoing, int offset, int length) {
        return outgoing;
      }

      @Override
      public Object getNegotiatedProperty(String name) {
        return "auth";
      }

      @Override
      public void dispose() {}
    }
  }
}
