package io.github.smtpspnego.credentials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of a file at one time. A different stamp means that the file was replaced or rewritten.
 *
 * @param key the file's identity, if the file system has one
 * @param written when the file was last written; null for no file
 * @param size its length in octets
 */
record FileStamp(@Nullable Object key, @Nullable FileTime written, long size) {
  /** No file, or one whose attributes cannot be read. */
  static final FileStamp NONE = new FileStamp(null, null, 0);

  static FileStamp of(@Nullable Path file) {
    if (file == null) {
      return NONE;
    }
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new FileStamp(now.fileKey(), now.lastModifiedTime(), now.size());
    } catch (IOException e) {
      return NONE;
    }
  }

  /** On JDK 17 the methods that the compiler generates for a record keep its class loader alive. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileStamp stamp
        && size == stamp.size
        && Objects.equals(key, stamp.key)
        && Objects.equals(written, stamp.written);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(size);
  }
}
