package io.github.smtpspnego.credentials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file as it was when it was looked at: another stamp means that it was replaced or rewritten.
 */
final class FileStamp {
  /** No file, or none that can be looked at. */
  static final FileStamp NONE = new FileStamp(null, null, 0);

  /** The file's identity, where the file system has one. */
  private final @Nullable Object key;

  /** When it was written last; null for no file. */
  private final @Nullable FileTime written;

  /** Its length in octets. */
  private final long size;

  private FileStamp(@Nullable Object key, @Nullable FileTime written, long size) {
    this.key = key;
    this.written = written;
    this.size = size;
  }

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

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileStamp stamp
        && size == stamp.size
        && Objects.equals(key, stamp.key)
        && Objects.equals(written, stamp.written);
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, written, size);
  }
}
