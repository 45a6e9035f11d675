package io.github.smtpspnego.credentials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** What tells that a file was replaced or rewritten. */
record FileStamp(Optional<Object> key, long modified, long size) {
  private static final FileStamp ABSENT = new FileStamp(Optional.empty(), 0, -1);

  static FileStamp of(Optional<Path> file) {
    if (file.isEmpty()) {
      return ABSENT;
    }
    try {
      BasicFileAttributes attributes = Files.readAttributes(file.get(), BasicFileAttributes.class);
      return new FileStamp(
          Optional.ofNullable(attributes.fileKey()),
          attributes.lastModifiedTime().toMillis(),
          attributes.size());
    } catch (IOException e) {
      return ABSENT;
    }
  }
}
