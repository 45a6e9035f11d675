package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.JaasLogin;
import io.github.smtpspnego.support.JdkSasl;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.NtlmFirstClient;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A host that knows the standard SASL interfaces and nothing of this library: Apache James 3.10
 * with its module {@code protocols/sasl-kerberos}, whose order of calls and conditions are these.
 * Our provider stands before the JDK's.
 */
@ResourceLock("java.security.Security.providers")
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class JamesIT {
  private static final Map<String, String> PROPERTIES =
      Map.of(
          Sasl.POLICY_NOANONYMOUS, "true",
          Sasl.POLICY_NOPLAINTEXT, "true",
          Sasl.QOP, "auth");
  private static final byte[] NOTHING = {};

  private static Subject alice;
  private static Subject acceptor;

  /** What James asks its own users about; it keeps the answer and insists on having it. */
  private static final class Authorizations implements CallbackHandler {
    private Optional<Boolean> result = Optional.empty();

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
      for (Callback callback : callbacks) {
        if (!(callback instanceof AuthorizeCallback authorize)) {
          throw new UnsupportedCallbackException(callback);
        }
        String client = authorize.getAuthenticationID();
        String wanted = Optional.ofNullable(authorize.getAuthorizationID()).orElse(client);
        result = Optional.of(wanted.equals(client));
        authorize.setAuthorized(wanted.equals(client));
        authorize.setAuthorizedID(client.toLowerCase(Locale.ROOT));
      }
    }
  }

  @BeforeAll
  static void logIn() {
    Kdc kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
    acceptor =
        JaasLogin.acceptor(
            Kdc.full("smtp/localhost"), kdc.keytab("smtp/localhost", "alice").toString());
  }

  @BeforeEach
  void install() {
    SpnegoProvider.install();
  }

  @AfterEach
  void uninstall() {
    SpnegoProvider.uninstall();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSpnegoClientGetsIn(boolean initialResponse) throws Exception {
    assertEquals(Kdc.full("alice"), authenticate(ours(), initialResponse));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRawKerberosClientGetsIn(boolean initialResponse) throws Exception {
    assertEquals(Kdc.full("alice"), authenticate(jdk(""), initialResponse));
  }

  @Test
  void aClientWithNtlmFirstGetsIn() throws Exception {
    assertEquals(Kdc.full("alice"), authenticate(new NtlmFirstClient("GSSAPI", alice, true), true));
  }

  /** James compares whole names, and so would refuse alice as alice@EXAMPLE.TEST. */
  @Test
  void aClientThatNamesItselfWithoutItsRealmGetsIn() throws Exception {
    assertEquals(Kdc.full("alice"), authenticate(jdk("alice"), true));
  }

  @Test
  void aClientThatWantsToBeSomebodyElseIsRefusedByJames() throws Exception {
    assertEquals("refused by the handler", authenticate(jdk("bob"), true));
  }

  @Test
  void theSettingsOfAClientInTheSameJvmDoNotMatter() throws Exception {
    Map<String, String> ofClient =
        Map.of(
            "mail.smtp.sasl.spnego.principal",
            "alice@EXAMPLE.TEST",
            "mail.smtp.sasl.spnego.credentials",
            "password",
            "mail.smtp.sasl.spnego.service",
            "imap",
            "mail.smtp.sasl.spnego.keytab",
            "/no/such/keytab",
            "mail.smtp.sasl.spnego.enable",
            "false",
            Sasl.MAX_BUFFER,
            "none");
    SaslClient client = ours();
    client.hasInitialResponse();
    byte[] first = Dialogue.as(alice, () -> client.evaluateChallenge(NOTHING));
    ofClient.forEach(System::setProperty);
    try {
      assertEquals(Kdc.full("alice"), authenticate(client, first));
    } finally {
      ofClient.keySet().forEach(System::clearProperty);
    }
  }

  /** What GSSAPI means for IMAP is the JDK's to say. */
  @Test
  void imapIsTheJdks() throws Exception {
    assertEquals(
        "SpnegoSaslServer",
        create("smtp", acceptor, new Authorizations()).getClass().getSimpleName());
    // The JDK's looks for a key of its name at once; that there is none shows that it was asked.
    SaslException e =
        assertThrows(SaslException.class, () -> create("imap", acceptor, new Authorizations()));
    assertEquals(
        "com.sun.security.sasl.gsskerb.GssKrb5Server", e.getStackTrace()[0].getClassName());
  }

  /** Who got in, as James calls it. */
  private static String authenticate(SaslClient client, boolean initialResponse) throws Exception {
    byte[] first = Dialogue.as(alice, () -> client.evaluateChallenge(NOTHING));
    // Without an initial response James sends the empty challenge itself.
    assertTrue(initialResponse || first.length > 0);
    return authenticate(client, first);
  }

  private static String authenticate(SaslClient client, byte[] first) throws Exception {
    Authorizations handler = new Authorizations();
    SaslServer server = create("smtp", acceptor, handler);
    byte[] response = first;
    byte[] output;
    while (true) {
      byte[] received = response;
      try {
        output = callAs(acceptor, () -> server.evaluateResponse(received));
      } catch (SaslException e) {
        return handler.result.isPresent() && !handler.result.get()
            ? "refused by the handler"
            : "failed: " + e;
      }
      if (server.isComplete()) {
        break;
      }
      byte[] challenge = output == null ? NOTHING : output;
      byte[] next = Dialogue.as(alice, () -> client.evaluateChallenge(challenge));
      response = next == null ? NOTHING : next;
    }
    assertTrue(output == null || output.length == 0, "James refuses final data");
    assertEquals("auth", server.getNegotiatedProperty(Sasl.QOP));
    assertTrue(handler.result.orElse(false), "James insists on AuthorizeCallback");
    String user = server.getAuthorizationID();
    assertEquals("alice@example.test", user);
    callAs(
        acceptor,
        () -> {
          server.dispose();
          return NOTHING;
        });
    return Kdc.full("alice");
  }

  private static SaslServer create(String protocol, Subject subject, CallbackHandler handler)
      throws Exception {
    return callAs(
        subject,
        () ->
            Objects.requireNonNull(
                Sasl.createSaslServer("GSSAPI", protocol, "localhost", PROPERTIES, handler)));
  }

  /** James runs on Java 21 and calls {@code Subject.callAs}; before Java 18 there is none. */
  private static <T> T callAs(Subject subject, Callable<T> action) throws Exception {
    Method callAs;
    try {
      callAs = Subject.class.getMethod("callAs", Subject.class, Callable.class);
    } catch (NoSuchMethodException e) {
      return Dialogue.as(subject, action::call);
    }
    try {
      @SuppressWarnings("unchecked") // what the action returns
      T result = (T) callAs.invoke(null, subject, action);
      return result;
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof CompletionException failure
          && failure.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static SaslClient ours() {
    return new SpnegoSaslClientFactory()
        .createSaslClient(new String[] {"GSSAPI"}, null, "smtp", "localhost", Map.of(), null);
  }

  private static SaslClient jdk(String identity) throws Exception {
    return Dialogue.as(
        alice, () -> JdkSasl.client(identity, "localhost", Map.of(Sasl.SERVER_AUTH, "true")));
  }
}
