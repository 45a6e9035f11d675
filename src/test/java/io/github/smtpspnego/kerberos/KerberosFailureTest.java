package io.github.smtpspnego.kerberos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.security.auth.login.LoginException;
import org.ietf.jgss.GSSException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KerberosFailureTest {
  @ParameterizedTest
  @CsvSource({
    "Failed to find any Kerberos tgt, NO_CREDENTIALS",
    "Unable to obtain password from user, KEYTAB",
    "Cannot locate default realm, NO_REALM",
    "Cannot locate KDC, KDC_UNREACHABLE",
    "Receive timed out, KDC_UNREACHABLE",
    "Clock skew too great, CLOCK_SKEW",
    "Message stream modified, MESSAGE_MODIFIED",
    "Encryption type RC4 with HMAC is not supported/enabled, ENCRYPTION_TYPE",
    "AP_REP token id does not match!, NOT_SPNEGO",
    "something else, GSS_FAILURE"
  })
  void thePhrasesOfTheJdkHaveReasons(String phrase, Reason reason) {
    GSSException outer = new GSSException(GSSException.NO_CRED, -1, "No valid credentials");
    outer.initCause(new LoginException(phrase));
    assertEquals(reason, KerberosFailure.reason(outer));
  }

  @Test
  void socketsThatDoNotConnectMeanTheKdc() {
    LoginException refused = new LoginException("Connection refused");
    refused.initCause(new ConnectException("Connection refused"));
    assertEquals(Reason.KDC_UNREACHABLE, KerberosFailure.reason(refused));
    LoginException silent = new LoginException();
    silent.initCause(new SocketTimeoutException());
    assertEquals(Reason.KDC_UNREACHABLE, KerberosFailure.reason(silent));
  }

  @Test
  void theMessageSaysWhatWasTriedWhatCameBackAndWhatToDo() {
    LoginException refused = new LoginException("Connection refused");
    SpnegoException e =
        KerberosFailure.explain(
            "Logging in as alice", refused.initCause(new ConnectException("Connection refused")));
    assertTrue(
        e.getMessage().startsWith("Logging in as alice: Connection refused."), e::getMessage);
    assertTrue(e.getMessage().contains("KDCs {EXAMPLE.TEST=[127.0.0.1:1]}"), e::getMessage);
    assertTrue(e.getMessage().endsWith("/TROUBLESHOOTING.md#kdc-unreachable)"), e::getMessage);
    assertSame(refused, e.getCause());
  }

  @Test
  void aKdcWhoseAddressIsNotFoundIsCalledSo() {
    LoginException unknown = new LoginException("dc1.example.test");
    unknown.initCause(new UnknownHostException("dc1.example.test"));
    SpnegoException e = KerberosFailure.explain("Logging in as alice", unknown);
    assertEquals(Reason.KDC_UNREACHABLE, e.reason());
    assertTrue(
        e.getMessage().startsWith("Logging in as alice: unknown host dc1.example.test."),
        e::getMessage);
  }

  @Test
  void aRealmThatTheKdcKnowsNoWayToIsNamedAsTheCause() {
    GSSException outer =
        new GSSException(
            GSSException.NO_CRED, -1, "Fail to create credential. (63) - No service creds");
    SpnegoException e = KerberosFailure.explain("Authenticating to smtp/host@OTHER.TEST", outer);
    assertEquals(Reason.SERVER_UNKNOWN, e.reason());
    assertTrue(e.getMessage().contains("no trust path to the realm of that name"), e::getMessage);
  }

  @Test
  void aRingOfCausesEnds() {
    RuntimeException one = new RuntimeException("one");
    RuntimeException two = new RuntimeException("two", one);
    one.initCause(two);
    assertEquals(Reason.GSS_FAILURE, KerberosFailure.reason(one));
  }

  @Test
  void whatTheJdkSaysIsOneLineOfText() {
    // What it says of a realm name with a NUL in it.
    String phrase =
        "Illegal character in realm name; one of: '/', ':', '\u0000'\r\n\u001b[2J\u202e.";
    SpnegoException e = KerberosFailure.explain("Accepting", new LoginException(phrase));
    assertTrue(
        e.getMessage()
            .startsWith("Accepting: Illegal character in realm name; one of: '/', ':', ' ' [2J ."),
        e::getMessage);
  }
}
