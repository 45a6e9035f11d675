package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KeytabFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KeyTab;

/** A server's keytab. It needs no login: the JDK reads the file when a ticket comes. */
final class AcceptorKeytab {
  private final Path file;
  private final String principal;

  /** The principal is whose keys are used; empty for any that a ticket is for. */
  AcceptorKeytab(Path file, String principal) {
    this.file = file;
    this.principal = principal;
  }

  /** A Subject that holds the file; a change of the file is seen by the next exchange. */
  Subject subject() throws SpnegoException {
    if (principal.isEmpty()) {
      KeyTab any = KeyTab.getUnboundInstance(file.toFile());
      return new Subject(true, Set.of(), Set.of(), Set.of(any));
    }
    KerberosPrincipal name = name();
    KeyTab bound = KeyTab.getInstance(name, file.toFile());
    return new Subject(true, Set.of(name), Set.of(), Set.of(bound));
  }

  String describe() {
    return (principal.isEmpty() ? "" : "as " + principal + " ") + "with the keytab " + file;
  }

  /** What the file holds, in a sentence. */
  String contents() {
    return KeytabFile.describe(file);
  }

  /** Whose keys are used. */
  List<String> owners() {
    if (!principal.isEmpty()) {
      return List.of(principal);
    }
    try {
      return KeytabFile.principals(KeytabFile.read(file));
    } catch (IOException | RuntimeException e) {
      return List.of("*"); // written at this very moment
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
    try {
      List<String> principals = KeytabFile.principals(KeytabFile.read(file));
      if (principals.isEmpty()) {
        return Optional.of("the file holds no key");
      }
      if (!principal.isEmpty() && !principals.contains(name().getName())) {
        return Optional.of(
            "the file holds no key for it, only for " + String.join(", ", principals));
      }
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.of("the file is no keytab (" + e.getMessage() + ")");
    }
  }

  private KerberosPrincipal name() throws SpnegoException {
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
