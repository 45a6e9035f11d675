package io.github.smtpspnego.mail;

import jakarta.mail.Authenticator;
import jakarta.mail.PasswordAuthentication;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A user who can be asked for a password, and counts how often that happens. */
final class AskedUser extends Authenticator {
  private final AtomicInteger questions = new AtomicInteger();
  private final @Nullable PasswordAuthentication answer;

  private AskedUser(@Nullable PasswordAuthentication answer) {
    this.answer = answer;
  }

  static AskedUser answering(String user, String password) {
    return new AskedUser(new PasswordAuthentication(user, password));
  }

  static AskedUser answeringNothing() {
    return new AskedUser(null);
  }

  int questions() {
    return questions.get();
  }

  @Override
  protected @Nullable PasswordAuthentication getPasswordAuthentication() {
    questions.incrementAndGet();
    return answer;
  }
}
