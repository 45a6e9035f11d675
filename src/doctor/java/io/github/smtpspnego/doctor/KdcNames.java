package io.github.smtpspnego.doctor;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

/**
 * The KDCs of a realm in DNS, which the JDK uses if krb5.conf names none: {@code SRV} records of
 * {@code _kerberos._udp}, otherwise of {@code _kerberos._tcp} (RFC 4120 section 7.2.3.2).
 */
final class KdcNames {
  private KdcNames() {}

  /** Looks the KDCs up; none if DNS has none or does not answer. */
  @SuppressWarnings("BanJNDI") // the DNS provider returns strings and loads no class
  static List<String> inDns(String realm) {
    Properties environment = new Properties();
    environment.setProperty(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.setProperty("com.sun.jndi.dns.timeout.initial", "2000");
    environment.setProperty("com.sun.jndi.dns.timeout.retries", "1");
    for (String wire : List.of("_udp.", "_tcp.")) {
      Set<String> found = new LinkedHashSet<>();
      try {
        DirContext dns = new InitialDirContext(environment);
        try {
          Attribute records =
              dns.getAttributes("_kerberos." + wire + realm, new String[] {"SRV"}).get("SRV");
          for (Object record : records == null ? List.of() : Collections.list(records.getAll())) {
            String[] fields = record.toString().split(" ", -1); // priority weight port target
            found.add(fields[3].replaceFirst("\\.$", "") + ":" + fields[2]);
          }
        } finally {
          dns.close();
        }
      } catch (NamingException | RuntimeException e) {
        // The step reports that DNS names no KDC.
      }
      if (!found.isEmpty()) {
        return List.copyOf(found);
      }
    }
    return List.of();
  }
}
