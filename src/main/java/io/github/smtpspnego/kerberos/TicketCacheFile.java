package io.github.smtpspnego.kerberos;

import com.sun.security.auth.module.UnixSystem;
import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The location and the owner of a ticket cache. The JDK reads caches of type FILE only. */
public final class TicketCacheFile {
  private static final int VERSION_3 = 0x0503;
  private static final int VERSION_4 = 0x0504;
  private static final int LONGEST_TEXT = 1 << 10;

  private TicketCacheFile() {}

  /**
   * The file of a cache that a setting or {@code KRB5CCNAME} names.
   *
   * @param name a path, with or without {@code FILE:}
   * @param origin the setting or variable, for messages
   * @throws SpnegoException if the name is of another type of cache
   */
  public static Path named(String name, String origin) throws SpnegoException {
    String type = TypedName.type(name);
    if (!type.isEmpty()) {
      String what = "the JDK cannot read caches of type " + type;
      throw failure(Reason.TICKET_CACHE_TYPE, name, origin, what, null);
    }
    try {
      return TypedName.path(name);
    } catch (InvalidPathException e) {
      String what = "the name is not a valid path (" + e.getReason() + ")";
      throw failure(Reason.BAD_SETTING, name, origin, what, e);
    }
  }

  private static SpnegoException failure(
      Reason reason, String name, String origin, String what, @Nullable Exception cause) {
    String tried = "Reading the ticket cache " + Printable.of(name) + " (" + origin + "): ";
    return new SpnegoException(reason, tried + what + ".", cause);
  }

  /**
   * The default cache of the user that the JVM runs as, found as the JDK finds it.
   *
   * @return the file; null if there is none. On Windows and macOS, the JDK may then use the
   *     system's cache
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
    if (!Files.exists(ofUser) && Files.exists(ofName)) {
      return ofName;
    }
    boolean isAllThereIs = System.getProperty("os.name").equals("Linux");
    return isAllThereIs || Files.exists(ofUser) ? ofUser : null;
  }

  private static Path ofUserId(Path otherwise) {
    try {
      return Path.of("/tmp/krb5cc_" + new UnixSystem().getUid());
    } catch (RuntimeException | LinkageError e) {
      return otherwise; // a runtime without that module or its library
    }
  }

  /**
   * The owner of the tickets in a cache. Never throws.
   *
   * @param file a cache in the file format of MIT Kerberos, version 3 or 4
   * @return the default principal with its realm; empty if the file cannot be read
   */
  public static Optional<String> defaultPrincipal(Path file) {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      int version = in.readUnsignedShort();
      if (version == VERSION_4) {
        in.skipNBytes(in.readUnsignedShort()); // the header's fields
      } else if (version != VERSION_3) {
        return Optional.empty(); // older ones are in the byte order of the machine
      }
      in.readInt(); // name type
      int components = in.readInt();
      String realm = text(in);
      List<String> name = new ArrayList<>();
      for (int i = 0; i < components; i++) {
        name.add(text(in));
      }
      return name.isEmpty() ? Optional.empty() : Optional.of(PrincipalText.of(name, realm));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > LONGEST_TEXT) {
      throw new IOException("no text is that long");
    }
    byte[] octets = new byte[length];
    in.readFully(octets);
    return new String(octets, StandardCharsets.UTF_8);
  }
}
