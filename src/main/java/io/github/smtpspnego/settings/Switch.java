package io.github.smtpspnego.settings;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether an exchange is ours at all; where it is not, the JDK asks the next provider. */
public final class Switch {
  private static final Set<String> ON_BY_DEFAULT = Set.of("smtp", "smtps");

  private Switch() {}

  /**
   * Whether the protocol is switched on.
   *
   * @param settings the protocol's settings
   * @return true for smtp and smtps where nothing else is set
   * @throws SpnegoException if the setting {@code enable} has a bad value
   */
  public static boolean isOn(SettingsReader settings) throws SpnegoException {
    return settings
        .choice(SpnegoOption.ENABLE)
        .map("true"::equals)
        .orElse(ON_BY_DEFAULT.contains(settings.protocol()));
  }

  /**
   * Whether the host is one of those known to speak SPNEGO (MS-SSEAN section 1.5).
   *
   * @param settings the protocol's settings
   * @param host the server's name, or null
   * @return true where one of the patterns set matches it
   */
  public static boolean isKnownHost(SettingsReader settings, @Nullable String host) {
    String patterns = settings.text(SpnegoOption.HOSTS).orElse("*");
    for (String pattern : patterns.split(",", -1)) {
      if (matches(pattern.strip(), host == null ? "" : host)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(String pattern, String host) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }
    return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE).matcher(host).matches();
  }
}
