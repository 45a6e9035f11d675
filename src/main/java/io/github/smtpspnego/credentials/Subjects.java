package io.github.smtpspnego.credentials;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import javax.security.auth.Subject;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/**
 * The current Subject, on every JDK.
 *
 * <p>JDK 18 brought {@code Subject.current} and {@code callAs}; JDK 24 made {@code getSubject}
 * throw. The jar is built for 17, so the new methods are found by name.
 */
final class Subjects {
  private static final @Nullable Method CURRENT = find("current");
  private static final @Nullable Method CALL_AS = find("callAs", Subject.class, Callable.class);

  private Subjects() {}

  static @Nullable Subject current() {
    return CURRENT == null ? currentBefore18() : (Subject) invoke(CURRENT);
  }

  /** Runs an action as a Subject, or as no Subject where it is null. */
  static <T> T runAs(@Nullable Subject subject, SaslAction<T> action) throws SaslException {
    try {
      return CALL_AS == null ? runBefore18(subject, action) : callAs(CALL_AS, subject, action::run);
    } catch (PrivilegedActionException | CompletionException e) {
      if (e.getCause() instanceof SaslException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** The same for what the JDK's GSS-API throws. */
  static <T> T getAs(Subject subject, PrivilegedExceptionAction<T> action) throws GSSException {
    try {
      return CALL_AS == null
          ? Subject.doAs(subject, action)
          : callAs(CALL_AS, subject, action::run);
    } catch (PrivilegedActionException | CompletionException e) {
      if (e.getCause() instanceof GSSException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  // The cast holds: the method returns what the action returned.
  @SuppressWarnings("unchecked")
  private static <T> T callAs(Method callAs, @Nullable Subject subject, Callable<T> action) {
    return (T) invoke(callAs, subject, action);
  }

  private static <T> T runBefore18(@Nullable Subject subject, SaslAction<T> action)
      throws PrivilegedActionException {
    PrivilegedExceptionAction<T> privileged = action::run;
    return Subject.doAs(subject, privileged);
  }

  @SuppressWarnings("removal") // what JDK 17 has; never called where there is something newer
  private static @Nullable Subject currentBefore18() {
    return Subject.getSubject(java.security.AccessController.getContext());
  }

  private static Object invoke(Method method, @Nullable Object... arguments) {
    try {
      return method.invoke(null, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Method find(String name, Class<?>... parameters) {
    try {
      return Subject.class.getMethod(name, parameters);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }
}
