package io.github.smtpspnego.credentials;

import java.lang.reflect.Method;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/** The current Subject, on every JDK. */
final class Subjects {
  /** JDK 18 brought it; JDK 24 made {@code getSubject} throw. The jar is built for 17. */
  private static final @Nullable Method CURRENT = findCurrent();

  private Subjects() {}

  @SuppressWarnings("removal") // what JDK 17 has; never called where there is something newer
  static @Nullable Subject current() {
    try {
      return CURRENT == null
          ? Subject.getSubject(java.security.AccessController.getContext())
          : (Subject) CURRENT.invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs an action as a Subject, or as no Subject where it is null. */
  static <T, E extends Exception> T doAs(
      @Nullable Subject subject, Class<E> failure, PrivilegedExceptionAction<T> action) throws E {
    try {
      return Subject.doAs(subject, action);
    } catch (PrivilegedActionException e) {
      if (failure.isInstance(e.getCause())) {
        throw failure.cast(e.getCause());
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static @Nullable Method findCurrent() {
    try {
      return Subject.class.getMethod("current");
    } catch (NoSuchMethodException e) {
      return null;
    }
  }
}
