package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KeytabFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The principals of keytabs. A file is read again when it has changed. */
final class Keytabs {
  private static final int MOST_FILES = 256;
  private static final Map<Path, Contents> READ = new ConcurrentHashMap<>();

  private record Contents(FileStamp stamp, List<String> principals) {}

  private Keytabs() {}

  /**
   * Whom to log in as with a keytab.
   *
   * @param keytab the file
   * @param user the mail user, or an empty text
   * @return the principal that the user's name means; else the first
   * @throws SpnegoException if the file cannot be read, or is empty
   */
  static String principal(Path keytab, String user) throws SpnegoException {
    List<String> principals = principals(keytab);
    for (String principal : principals) {
      if (principal.regionMatches(true, 0, user, 0, user.length())
          && (principal.length() == user.length() || principal.charAt(user.length()) == '@')) {
        return principal;
      }
    }
    return principals.get(0);
  }

  private static List<String> principals(Path keytab) throws SpnegoException {
    FileStamp stamp = FileStamp.of(keytab, System.currentTimeMillis());
    Contents known = READ.get(keytab);
    if (known != null && known.stamp.equals(stamp)) {
      return known.principals;
    }
    List<String> principals;
    try {
      principals = KeytabFile.principals(KeytabFile.read(keytab));
    } catch (IOException | RuntimeException e) {
      throw new SpnegoException(Reason.KEYTAB, "Reading the keytab " + keytab + ": " + e + ".", e);
    }
    if (principals.isEmpty()) {
      throw new SpnegoException(Reason.KEYTAB, "The keytab " + keytab + " is empty.", null);
    }
    if (READ.size() >= MOST_FILES) {
      READ.clear();
    }
    READ.put(keytab, new Contents(stamp, principals));
    return principals;
  }
}
