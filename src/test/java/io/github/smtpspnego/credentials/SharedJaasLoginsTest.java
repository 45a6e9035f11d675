package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import io.github.smtpspnego.support.ForgedTickets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.TextInputCallback;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginException;
import javax.security.auth.spi.LoginModule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Which callers share the login of a JAAS entry: those that get the same from it. */
@ResourceLock("javax.security.auth.login.Configuration")
class SharedJaasLoginsTest {
  private static final AtomicInteger LOGINS = new AtomicInteger();

  private final LoginCache cache = new LoginCache(InstantSource.system());

  @BeforeEach
  void countFromZero() {
    LOGINS.set(0);
  }

  @AfterEach
  void forgetConfiguration() {
    Configuration.setConfiguration(null);
  }

  /** Gives the ticket of whom its option names; without one, of whom the handler names. */
  public static final class Module implements LoginModule {
    private @Nullable Subject subject;
    private @Nullable CallbackHandler handler;
    private String client = "";

    @Override
    public void initialize(
        Subject newSubject,
        CallbackHandler newHandler,
        Map<String, ?> sharedState,
        Map<String, ?> options) {
      subject = newSubject;
      handler = newHandler;
      client = options.containsKey("client") ? String.valueOf(options.get("client")) : "";
    }

    @Override
    public boolean login() throws LoginException {
      LOGINS.incrementAndGet();
      NameCallback name = new NameCallback("user");
      PasswordCallback password = new PasswordCallback("password", false);
      TextInputCallback answer = new TextInputCallback("whose ticket");
      try {
        if (handler != null) {
          handler.handle(new Callback[] {name, password});
        }
        if (client.isEmpty() && handler != null) {
          handler.handle(new Callback[] {answer});
          client = String.valueOf(answer.getText());
        }
      } catch (Exception e) {
        throw new LoginException(e.toString());
      }
      return true;
    }

    @Override
    public boolean commit() {
      if (subject != null) {
        subject
            .getPrivateCredentials()
            .add(ForgedTickets.ticket(client, "krbtgt/EXAMPLE.TEST", Duration.ofHours(1)));
      }
      return true;
    }

    @Override
    public boolean abort() {
      return true;
    }

    @Override
    public boolean logout() {
      return true;
    }
  }

  @Test
  void callersWhoseHandlersAnswerDifferentlyDoNotShareALogin() throws Exception {
    configure(Map.of());
    assertEquals("alice@EXAMPLE.TEST", clientOf(login("alice")));
    assertEquals("bob@EXAMPLE.TEST", clientOf(login("bob")));
    assertEquals("alice@EXAMPLE.TEST", clientOf(login("alice")));
  }

  @Test
  void callersOfDifferentConfigurationsDoNotShareALogin() throws Exception {
    configure(Map.of("client", "alice"));
    assertEquals("alice@EXAMPLE.TEST", clientOf(login("nobody")));
    configure(Map.of("client", "bob"));
    assertEquals("bob@EXAMPLE.TEST", clientOf(login("nobody")));
  }

  /** It may take the identity from the thread, or from anywhere. */
  @Test
  void aModuleThatIsNotTheJdksLogsInForEachCaller() throws Exception {
    configure(Map.of("client", "alice"));
    assertNotSame(login("a handler"), login("a handler"));
    assertEquals(2, LOGINS.get());
  }

  /** JAAS takes the entry {@code other} where the one that is named is missing. */
  @Test
  void theEntryOtherIsLookedAtAsWell() throws Exception {
    AppConfigurationEntry other = entry(Map.of("client", "alice"));
    Configuration.setConfiguration(
        new Configuration() {
          @Override
          public AppConfigurationEntry @Nullable [] getAppConfigurationEntry(String name) {
            return name.equals("other") ? new AppConfigurationEntry[] {other} : null;
          }
        });
    assertNotSame(login("a handler"), login("a handler"));
  }

  private Login login(String answer) throws Exception {
    CallbackHandler handler =
        callbacks -> {
          for (Callback callback : callbacks) {
            if (callback instanceof TextInputCallback text) {
              text.setText(answer);
            }
          }
        };
    try (Secret password = new Secret("secret".toCharArray())) {
      return cache.get(LoginRequest.byJaas("mailer", "user", password, handler));
    }
  }

  private static AppConfigurationEntry entry(Map<String, ?> options) {
    return new AppConfigurationEntry(
        Module.class.getName(), LoginModuleControlFlag.REQUIRED, options);
  }

  private static void configure(Map<String, ?> options) {
    AppConfigurationEntry entry = entry(options);
    Configuration.setConfiguration(
        new Configuration() {
          @Override
          public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            return new AppConfigurationEntry[] {entry};
          }
        });
  }

  private static String clientOf(Login login) {
    return Ticket.in(login.subject).get(0).client;
  }
}
