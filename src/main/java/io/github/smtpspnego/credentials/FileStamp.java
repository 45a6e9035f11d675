package io.github.smtpspnego.credentials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A file as it was when it was looked at: another stamp means that it was replaced or rewritten.
 */
final class FileStamp {
  /** No file, or none that can be looked at. */
  static final FileStamp NONE = new FileStamp(null, null, 0);

  private static final int MOST_FILES = 256;
  private static final Map<Path, Look> LOOKS = new ConcurrentHashMap<>();

  /** The last look at a file. */
  private record Look(FileStamp stamp, long millis) {}

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

  /**
   * A file's stamp in a millisecond. A look at a file costs as much as all else here that is not
   * the exchange, so those of one millisecond share one.
   *
   * @param millis the time, in milliseconds since 1970
   */
  static FileStamp of(@Nullable Path file, long millis) {
    if (file == null) {
      return NONE;
    }
    Look last = LOOKS.get(file);
    if (last != null && last.millis == millis) {
      return last.stamp;
    }
    if (last == null && LOOKS.size() >= MOST_FILES) {
      LOOKS.clear();
    }
    FileStamp stamp = of(file);
    LOOKS.put(file, new Look(stamp, millis));
    return stamp;
  }

  private static FileStamp of(Path file) {
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
