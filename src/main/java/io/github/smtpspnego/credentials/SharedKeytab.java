package io.github.smtpspnego.credentials;

import io.github.smtpspnego.gss.Gss;
import io.github.smtpspnego.kerberos.KeytabFile;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
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

  /** What the file holds. The same object stands for it until the file is read again. */
  static final class Contents {
    /** Why the file cannot be used; empty if it can. */
    final String fault;

    /** The principals in the order of the file, with their encryption types. */
    private final Map<String, Set<Integer>> keys;

    Contents(String fault, Map<String, Set<Integer>> keys) {
      this.fault = fault;
      this.keys = keys;
    }

    Set<String> owners() {
      return keys.keySet();
    }

    Set<Integer> encryptionTypes(String owner) {
      return keys.getOrDefault(owner, Set.of());
    }
  }

  private final Path file;
  private final Map<String, GSSCredential> credentials = new ConcurrentHashMap<>();
  private FileStamp stamp = FileStamp.NONE;
  private Contents contents = unusable("the file does not exist");

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

  synchronized Contents contents() {
    FileStamp current = FileStamp.of(file);
    if (!current.equals(stamp) || current.equals(FileStamp.NONE)) {
      stamp = current;
      contents = read();
    }
    return contents;
  }

  private Contents read() {
    String fault = FileStamp.fault(file);
    if (!fault.isEmpty()) {
      return unusable(fault);
    }
    try {
      Map<String, Set<Integer>> keys = new LinkedHashMap<>();
      for (KeytabFile.Entry entry : KeytabFile.read(file)) {
        keys.computeIfAbsent(entry.principal(), owner -> new TreeSet<>())
            .add(entry.encryptionType());
      }
      LOGGER.log(
          Level.DEBUG,
          "The keytab {0} holds keys of {1}",
          file,
          AcceptorCredentials.shown(keys.keySet()));
      return keys.isEmpty() ? unusable("the file holds no key") : new Contents("", keys);
    } catch (IOException | RuntimeException e) {
      if (contents.fault.isEmpty()) {
        LOGGER.log(
            Level.WARNING,
            "The keytab {0} can no longer be read ({1}); the keys read before are still used.",
            file,
            e.getMessage());
        return contents; // it may be in the middle of being written; the JDK keeps its keys too
      }
      return unusable("the file is not a keytab (" + e.getMessage() + ")");
    }
  }

  private static Contents unusable(String fault) {
    return new Contents(fault, Map.of());
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
