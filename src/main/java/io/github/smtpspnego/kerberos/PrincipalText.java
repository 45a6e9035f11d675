package io.github.smtpspnego.kerberos;

import java.util.List;

/** The text of a Kerberos principal: {@code component/component@REALM}. */
public final class PrincipalText {
  private PrincipalText() {}

  /** Joins the parts of a principal. */
  public static String of(List<String> components, String realm) {
    return String.join("/", components) + "@" + realm;
  }

  /** The realm; the whole text if it has none. */
  public static String realm(String principal) {
    return principal.substring(principal.lastIndexOf('@') + 1);
  }

  /** The principal without its realm. */
  public static String withoutRealm(String principal) {
    int at = principal.lastIndexOf('@');
    return at < 0 ? principal : principal.substring(0, at);
  }

  /** The components of the name, without the realm. */
  public static List<String> components(String principal) {
    return List.of(withoutRealm(principal).split("/", -1));
  }
}
