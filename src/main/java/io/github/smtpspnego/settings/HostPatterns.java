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

  /** The cost is the product of the two lengths, whatever the pattern. */
  private static boolean matches(String pattern, String host) {
    // For each length whether the pattern, as far as it is read, matches the host's beginning.
    boolean[] matched = new boolean[host.length() + 1];
    matched[0] = true;
    for (int p = 0; p < pattern.length(); p++) {
      char next = pattern.charAt(p);
      if (next == '*') {
        for (int i = 1; i <= host.length(); i++) {
          matched[i] |= matched[i - 1];
        }
      } else {
        for (int i = host.length(); i > 0; i--) {
          matched[i] = matched[i - 1] && isSame(next, host.charAt(i - 1));
        }
        matched[0] = false;
      }
    }
    return matched[host.length()];
  }

  private static boolean isSame(char pattern, char host) {
    return pattern == '?' || Character.toLowerCase(pattern) == Character.toLowerCase(host);
  }
}
