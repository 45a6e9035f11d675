package io.github.smtpspnego.credentials;

import java.lang.reflect.Method;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/** Access to the current Subject on every JDK. */
final class Subjects {
  /** {@code Subject.current} of JDK 18; null before. From JDK 24 on {@code getSubject} throws. */
  private static final @Nullable Method CURRENT = findCurrent();

  private Subjects() {}

  @SuppressWarnings("removal") // called on JDK 17 only
  static @Nullable Subject current() {
    try {
      return CURRENT == null
          ? Subject.getSubject(java.security.AccessController.getContext())
          : (Subject) CURRENT.invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs an action as a Subject, or without a current Subject if it is null. */
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
