package io.github.smtpspnego.credentials;

import io.github.smtpspnego.gss.Gss;
import io.github.smtpspnego.kerberos.KeytabFile;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KeyTab;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;

/**
 * A keytab file: the principals that have keys in it, and a credential for each. The list is read
 * again only when the file changes.
 *
 * <p>The credentials contain a {@code KeyTab} and no keys, so that the JDK reads the present keys
 * from the file.
 */
final class SharedKeytab {
  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");
  private static final int MOST_FILES = 64;

  private static final Map<Path, SharedKeytab> SHARED = new ConcurrentHashMap<>();

  private final Path file;
  private final Map<String, GSSCredential> credentials = new ConcurrentHashMap<>();
  private FileStamp stamp = FileStamp.NONE;
  private Map<String, Set<Integer>> keys = Map.of();

  /** Why the file cannot be used, as of its last reading. It counts only without keys. */
  private String fault = "";

  private SharedKeytab(Path file) {
    this.file = file;
  }

  static SharedKeytab of(Path file) {
    SharedKeytab known = SHARED.get(file);
    if (known != null) {
      return known;
    }
    if (SHARED.size() >= MOST_FILES) {
      SHARED.clear(); // the files are read again
    }
    return SHARED.computeIfAbsent(file, SharedKeytab::new);
  }

  /**
   * The principals in the order of the file, with their encryption types.
   *
   * @return at least one principal
   * @throws IOException if there is none; the message says why
   */
  synchronized Map<String, Set<Integer>> keys() throws IOException {
    FileStamp current = FileStamp.of(file);
    if (!current.equals(stamp) || current.equals(FileStamp.NONE)) {
      stamp = current;
      fault = KeytabFile.fault(file);
      keys = fault.isEmpty() ? read() : Map.of();
    }
    if (keys.isEmpty()) {
      throw new IOException(fault);
    }
    return keys;
  }

  private Map<String, Set<Integer>> read() {
    try {
      Map<String, Set<Integer>> read = new LinkedHashMap<>();
      for (KeytabFile.Entry entry : KeytabFile.read(file)) {
        read.computeIfAbsent(entry.principal(), owner -> new TreeSet<>())
            .add(entry.encryptionType());
      }
      LOGGER.log(
          Level.DEBUG,
          "The keytab {0} holds keys of {1}",
          file,
          AcceptorCredentials.shown(read.keySet()));
      fault = read.isEmpty() ? "the file holds no key" : "";
      return Collections.unmodifiableMap(read);
    } catch (IOException | RuntimeException e) {
      fault = "the file is not a keytab (" + e.getMessage() + ")";
      if (!keys.isEmpty()) {
        LOGGER.log(
            Level.WARNING,
            "The keytab {0} can no longer be read ({1}); the keys read before are still used.",
            file,
            e.getMessage());
      }
      return keys; // it may be in the middle of being written; the JDK keeps its keys too
    }
  }

  /** The credential with the keys of one principal of the file. */
  GSSCredential credential(String owner) throws GSSException {
    GSSCredential made = credentials.get(owner);
    if (made == null) {
      KerberosPrincipal name = new KerberosPrincipal(owner, KerberosPrincipal.KRB_NT_SRV_INST);
      KeyTab bound = KeyTab.getInstance(name, file.toFile());
      Subject subject = new Subject(true, Set.of(name), Set.of(), Set.of(bound));
      made = Subjects.doAs(subject, GSSException.class, () -> Gss.acceptorCredential(owner));
      credentials.put(owner, made);
    }
    return made;
  }
}
