package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KeytabFile;
import io.github.smtpspnego.kerberos.PrincipalText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Reports the contents of a mail server's keytab.
 *
 * @param keys the keytab
 */
record KeytabStep(ServerKeys keys) implements Step {
  @Override
  public void look(Examination examination, Findings findings) {
    try {
      keys.read(KeytabFile.read(keys.file()));
    } catch (IOException | RuntimeException e) {
      findings.fail(
          Reason.ACCEPTOR_CREDENTIALS,
          "The keytab "
              + keys.file()
              + (Files.exists(keys.file())
                  ? " cannot be read: " + e.getMessage() + "."
                  : " does not exist."),
          "Name a keytab that this user may read; the mail server's own user must, too.");
      return;
    }
    list(keys.file(), keys.entries(), findings);
    List<String> accepted = keys.principals().stream().filter(keys::isAccepted).toList();
    if (accepted.isEmpty()) {
      findings.fail(
          Reason.ACCEPTOR_CREDENTIALS,
          "It holds no key for " + keys.acceptedNames() + ": no ticket for them is let in.",
          "Add one (kadmin: ktadd smtp/"
              + keys.host()
              + "; Active Directory: ktpass -princ smtp/"
              + keys.host()
              + "@REALM), or give the name that clients connect to with --host.");
    }
    List<String> realms =
        (accepted.isEmpty() ? keys.principals() : accepted)
            .stream().map(PrincipalText::realm).toList();
    if (!realms.isEmpty()) {
      examination.realm = realms.get(0);
    }
  }

  /** Lists a keytab, one line for each principal and version. */
  static void list(Path file, List<KeytabFile.Entry> entries, Findings findings) {
    Map<String, List<Integer>> keys = new LinkedHashMap<>();
    for (KeytabFile.Entry entry : entries) {
      String label = entry.principal() + ", kvno " + entry.kvno();
      keys.computeIfAbsent(label, l -> new ArrayList<>()).add(entry.encryptionType());
    }
    keys.forEach(
        (label, types) -> {
          String usable = names(types, EncryptionType::isUsable);
          String others = names(types, type -> !EncryptionType.isUsable(type));
          String text = "The keytab " + file + " holds " + label + ", ";
          if (usable.isEmpty()) {
            findings.warn(
                Reason.ENCRYPTION_TYPE,
                text + others + ".",
                "The JDK does not use this key; one for AES will do.");
          } else {
            findings.ok(
                text
                    + usable
                    + (others.isEmpty() ? "" : "; also " + others + ", which the JDK does not use")
                    + ".");
          }
        });
  }

  private static String names(List<Integer> types, Predicate<Integer> which) {
    return types.stream().filter(which).map(EncryptionType::name).collect(Collectors.joining(", "));
  }
}
