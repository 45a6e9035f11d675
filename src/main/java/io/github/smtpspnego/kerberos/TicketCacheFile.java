package io.github.smtpspnego.kerberos;

import com.sun.security.auth.module.UnixSystem;
import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where the ticket cache is. The JDK reads caches of type FILE only. */
public final class TicketCacheFile {
  private TicketCacheFile() {}

  /**
   * The file that a setting or {@code KRB5CCNAME} names.
   *
   * @param name a path, with {@code FILE:} before it or not
   * @param origin which setting or variable says so, for messages
   * @return the path
   * @throws SpnegoException if the name is of another type of cache
   */
  public static Path named(String name, String origin) throws SpnegoException {
    if (name.regionMatches(true, 0, "FILE:", 0, 5)) {
      return path(name.substring(5), origin);
    }
    int colon = name.indexOf(':');
    // A drive letter is one character long; types of caches are longer.
    if (colon > 1 && name.substring(0, colon).chars().allMatch(Character::isLetter)) {
      throw new SpnegoException(
          Reason.TICKET_CACHE_TYPE,
          "Reading the ticket cache "
              + name
              + " ("
              + origin
              + "): the JDK cannot read caches of type "
              + name.substring(0, colon)
              + ".",
          null);
    }
    return path(name, origin);
  }

  /**
   * The cache of the user that the JVM runs as: the JDK's own rule.
   *
   * @return the file; null where there is none, and the JDK may still find the system's (Windows)
   * @throws SpnegoException if {@code KRB5CCNAME} names a cache of a type that the JDK cannot read
   */
  public static @Nullable Path ofUser() throws SpnegoException {
    String variable = System.getenv("KRB5CCNAME");
    if (variable != null && !variable.isBlank()) {
      return named(variable, "environment variable KRB5CCNAME");
    }
    Path ofName =
        Path.of(System.getProperty("user.home"), "krb5cc_" + System.getProperty("user.name"));
    Path ofUser = System.getProperty("os.name").startsWith("Windows") ? ofName : ofUserId(ofName);
    return Files.exists(ofUser) ? ofUser : Files.exists(ofName) ? ofName : null;
  }

  private static Path ofUserId(Path otherwise) {
    try {
      return Path.of("/tmp/krb5cc_" + new UnixSystem().getUid());
    } catch (RuntimeException | LinkageError e) {
      return otherwise; // a runtime without that module or its library
    }
  }

  private static Path path(String name, String origin) throws SpnegoException {
    try {
      return Path.of(name);
    } catch (RuntimeException e) {
      throw new SpnegoException(
          Reason.BAD_SETTING, "Ticket cache " + name + " (" + origin + ") is no path.", e);
    }
  }
}
