package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KeytabFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KeyTab;

/**
 * A server's keytab.
 *
 * @param file the file
 * @param principal whose keys are used; empty for any that a ticket is for
 */
record AcceptorKeytab(Path file, Optional<String> principal) {
  /** A Subject that holds the file; the JDK reads it when a key is needed. */
  Subject subject() throws SpnegoException {
    if (principal.isEmpty()) {
      KeyTab any = KeyTab.getUnboundInstance(file.toFile());
      return new Subject(true, Set.of(), Set.of(), Set.of(any));
    }
    KerberosPrincipal name = name(principal.get());
    KeyTab bound = KeyTab.getInstance(name, file.toFile());
    return new Subject(true, Set.of(name), Set.of(), Set.of(bound));
  }

  String describe() {
    return principal.map(name -> "as " + name + " ").orElse("") + "with the keytab " + file;
  }

  /** What the file holds, in a sentence. */
  String contents() {
    try {
      List<KeytabFile.Entry> entries = KeytabFile.read(file);
      return entries.isEmpty()
          ? "The keytab is empty."
          : entries.stream()
              .map(
                  e ->
                      String.format(
                          Locale.ROOT,
                          "%s (kvno %d, enctype %d)",
                          e.principal(),
                          e.kvno(),
                          e.encryptionType()))
              .collect(Collectors.joining(", ", "The keytab holds: ", "."));
    } catch (IOException | RuntimeException e) {
      return "The keytab cannot be read: " + e.getMessage() + ".";
    }
  }

  /** What is wrong with the file; empty where it holds what it should. */
  Optional<SpnegoException> fault(SpnegoException failure) {
    return wrong()
        .map(
            what ->
                new SpnegoException(
                    Reason.ACCEPTOR_CREDENTIALS,
                    "Accepting a client " + describe() + ": " + what + ".",
                    failure));
  }

  private Optional<String> wrong() {
    if (!Files.isReadable(file)) {
      return Optional.of(
          Files.exists(file) ? "the file cannot be read by this user" : "the file does not exist");
    }
    List<String> principals;
    try {
      principals = KeytabFile.principals(KeytabFile.read(file));
    } catch (IOException | RuntimeException e) {
      return Optional.of("the file is no keytab (" + e.getMessage() + ")");
    }
    if (principals.isEmpty()) {
      return Optional.of("the file holds no key");
    }
    if (principal.isPresent() && !holds(principals, principal.get())) {
      return Optional.of("the file holds no key for it, only for " + String.join(", ", principals));
    }
    return Optional.empty();
  }

  private static boolean holds(List<String> principals, String principal) {
    try {
      return principals.stream().anyMatch(name(principal).getName()::equalsIgnoreCase);
    } catch (SpnegoException e) {
      return false;
    }
  }

  private static KerberosPrincipal name(String principal) throws SpnegoException {
    try {
      return new KerberosPrincipal(principal, KerberosPrincipal.KRB_NT_SRV_INST);
    } catch (RuntimeException e) {
      throw new SpnegoException(
          Reason.ACCEPTOR_CREDENTIALS,
          "The server's principal " + principal + " is no Kerberos name (" + e.getMessage() + ").",
          "Write it with its realm: smtp/mail.example.com@EXAMPLE.COM.",
          e);
    }
  }
}
