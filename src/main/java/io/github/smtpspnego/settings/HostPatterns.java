package io.github.smtpspnego.settings;

/** The patterns of the setting {@code hosts}: {@code *} is any text, {@code ?} any character. */
final class HostPatterns {
  private HostPatterns() {}

  /**
   * Whether one of the patterns matches a host's name, in any case.
   *
   * @param patterns patterns separated by commas
   */
  static boolean match(String patterns, String host) {
    for (String pattern : patterns.split(",", -1)) {
      if (matches(relative(pattern.strip()), relative(host))) {
        return true;
      }
    }
    return false;
  }

  /** A name without the final dot, which marks an absolute name in DNS. */
  private static String relative(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /**
   * Compares from left to right. At a mismatch, the last star is extended by one character. The
   * cost is at most the product of the two lengths.
   */
  private static boolean matches(String pattern, String host) {
    int p = 0;
    int h = 0;
    int star = -1;
    int resumeAt = 0;
    while (h < host.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resumeAt = h;
      } else if (p < pattern.length() && isSame(pattern.charAt(p), host.charAt(h))) {
        p++;
        h++;
      } else if (star >= 0) {
        p = star + 1;
        h = ++resumeAt;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  private static boolean isSame(char pattern, char host) {
    return pattern == '?' || Character.toLowerCase(pattern) == Character.toLowerCase(host);
  }
}
