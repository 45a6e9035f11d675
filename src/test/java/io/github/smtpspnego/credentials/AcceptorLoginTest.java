package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import io.github.smtpspnego.settings.SettingsReader;
import io.github.smtpspnego.support.ForgedTickets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.kerberos.KerberosKey;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.spi.LoginModule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server that logs in by JAAS with a module of its own. */
class AcceptorLoginTest {
  /** Gives a server's key, and a ticket-granting ticket that has expired. */
  public static final class Module implements LoginModule {
    private @Nullable Subject subject;

    @Override
    public void initialize(
        Subject newSubject,
        CallbackHandler handler,
        Map<String, ?> sharedState,
        Map<String, ?> options) {
      subject = newSubject;
    }

    @Override
    public boolean login() {
      return true;
    }

    @Override
    public boolean commit() {
      if (subject != null) {
        KerberosPrincipal owner = new KerberosPrincipal("smtp/localhost@EXAMPLE.TEST");
        subject.getPrivateCredentials().add(new KerberosKey(owner, new byte[32], 18, 1));
        subject
            .getPrivateCredentials()
            .add(ForgedTickets.ticket("krbtgt/EXAMPLE.TEST", Duration.ofHours(-1)));
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

  @AfterEach
  void forget() {
    Configuration.setConfiguration(null);
  }

  @Test
  void aServerNeedsNoValidTicket() {
    Configuration.setConfiguration(
        new Configuration() {
          @Override
          public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            return new AppConfigurationEntry[] {
              new AppConfigurationEntry(
                  Module.class.getName(), LoginModuleControlFlag.REQUIRED, Map.of())
            };
          }
        });
    SettingsReader reader =
        SettingsReader.ofServer("smtp", Map.of("mail.smtp.sasl.spnego.jaasentry", "server"));
    AcceptedNames names = new AcceptedNames(AcceptedNames.MAIL_SERVICES, List.of(), List.of(), "");
    assertDoesNotThrow(() -> AcceptorFinder.find(reader, names).check());
  }
}
