package io.github.smtpspnego.credentials;

import io.github.smtpspnego.sasl.SpnegoSaslClientFactory;
import io.github.smtpspnego.support.ForgedTickets;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;
import org.jspecify.annotations.Nullable;

/**
 * A program that makes first tokens inside a Subject, with the settings of the system properties.
 */
public final class InitiatorProgram {
  private InitiatorProgram() {}

  /** Takes what the Subject holds, and how many tokens are to be made. */
  public static void main(String[] args) throws Exception {
    Subject subject = new Subject();
    Map<String, Object> properties = new HashMap<>();
    Duration hour = Duration.ofHours(1);
    CallbackHandler handler = null;
    switch (args[0]) {
      case "nothing" -> {}
      case "expired-tgt" -> add(subject, "krbtgt/EXAMPLE.TEST", hour.negated());
      case "expired-tgt-and-service-ticket" -> {
        add(subject, "krbtgt/EXAMPLE.TEST", hour.negated());
        add(subject, "smtp/localhost", hour);
      }
      case "service-ticket" -> add(subject, "smtp/localhost", hour);
      case "password" -> handler = InitiatorProgram::answer;
      case "valid-tgt" -> add(subject, "krbtgt/EXAMPLE.TEST", hour);
      case "tgt-that-expires-at-this-moment" -> subject.getPrivateCredentials().add(expiring());
      case "expired-credential-in-subject" ->
          subject.getPrivateCredentials().add(expiredCredential());
      case "expired-credential-in-properties" ->
          properties.put(Sasl.CREDENTIALS, expiredCredential());
      default -> throw new IllegalArgumentException(args[0]);
    }
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      try {
        int length = token(subject, properties, handler).length;
        System.out.println("A token of " + length + " octets.");
      } catch (PrivilegedActionException e) {
        System.out.println(e.getCause());
      }
    }
  }

  private static void add(Subject subject, String server, Duration lifetime) {
    subject.getPrivateCredentials().add(ForgedTickets.ticket(server, lifetime));
  }

  /** It looks valid to us, and has expired when the JDK looks at it. */
  private static KerberosTicket expiring() {
    KerberosTicket valid = ForgedTickets.ticket("krbtgt/EXAMPLE.TEST", Duration.ofHours(1));
    return new KerberosTicket(
        valid.getEncoded(),
        valid.getClient(),
        valid.getServer(),
        valid.getSessionKey().getEncoded(),
        valid.getSessionKeyType(),
        valid.getFlags(),
        valid.getAuthTime(),
        valid.getStartTime(),
        valid.getEndTime(),
        null,
        null) {
      private static final long serialVersionUID = 1L;

      @Override
      public boolean isCurrent() {
        return false;
      }
    };
  }

  private static GSSCredential expiredCredential() throws Exception {
    Subject shortly = new Subject();
    add(shortly, "krbtgt/EXAMPLE.TEST", Duration.ofSeconds(3));
    PrivilegedExceptionAction<GSSCredential> create =
        () -> GSSManager.getInstance().createCredential(GSSCredential.INITIATE_ONLY);
    GSSCredential credential = Subject.doAs(shortly, create);
    while (credential.getRemainingLifetime() > 0) {
      Thread.sleep(100);
    }
    return credential;
  }

  private static void answer(Callback[] callbacks) {
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback name) {
        name.setName("alice");
      } else if (callback instanceof PasswordCallback password) {
        password.setPassword("a password".toCharArray());
      }
    }
  }

  private static byte[] token(
      Subject subject, Map<String, Object> properties, @Nullable CallbackHandler handler)
      throws PrivilegedActionException {
    PrivilegedExceptionAction<byte[]> make = () -> firstToken(properties, handler);
    return Subject.doAs(subject, make);
  }

  private static byte[] firstToken(
      Map<String, Object> properties, @Nullable CallbackHandler handler) throws SaslException {
    SaslClient client =
        new SpnegoSaslClientFactory()
            .createSaslClient(
                new String[] {"GSSAPI"}, null, "smtp", "localhost", properties, handler);
    byte[] token = client.evaluateChallenge(new byte[0]);
    client.dispose();
    return token;
  }
}
