package io.github.smtpspnego.mail;

import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

/**
 * One thread of an application that has its own copies of the jar and of Jakarta Mail. It is loaded
 * by the application's class loader, knows no class of the tests, and speaks to them by the JDK's
 * types.
 */
public final class Application implements Callable<Map<String, Integer>> {
  private final Properties properties;
  private final Integer mails;
  private final CyclicBarrier together;

  /**
   * Creates it.
   *
   * @param properties the Session's
   * @param mails how many mails to send, each over a connection of its own
   * @param together waited at before each mail, so that those of all threads meet
   */
  public Application(Properties properties, Integer mails, CyclicBarrier together) {
    this.properties = properties;
    this.mails = mails;
    this.together = together;
  }

  /** Sends the mails; gives what went wrong, and how often. */
  @Override
  public Map<String, Integer> call() throws Exception {
    Thread.currentThread().setContextClassLoader(Application.class.getClassLoader());
    Map<String, Integer> failures = new TreeMap<>();
    for (int i = 0; i < mails; i++) {
      together.await(60, TimeUnit.SECONDS);
      try {
        send();
      } catch (Exception e) {
        failures.merge(e.toString(), 1, Integer::sum);
      }
    }
    return failures;
  }

  private void send() throws Exception {
    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom("alice@example.test");
    message.setRecipients(Message.RecipientType.TO, "bob@example.test");
    message.setText("From an application.");
    try (Transport transport = session.getTransport("smtp")) {
      if (transport.getClass().getClassLoader() != Application.class.getClassLoader()) {
        throw new IllegalStateException("not the application's own copy: " + transport.getClass());
      }
      transport.connect(null, null);
      transport.sendMessage(message, message.getAllRecipients());
    }
  }
}
