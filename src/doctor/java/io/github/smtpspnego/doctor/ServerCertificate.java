package io.github.smtpspnego.doctor;

import jakarta.mail.MessagingException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of a mail server, trusted or not. It is read on a connection of its own, which
 * ends before authentication. Whether the mail program trusts it is checked by a connection with
 * the program's settings.
 */
final class ServerCertificate implements X509TrustManager {
  private static final int DNS_NAME = 2; // RFC 5280 section 4.2.1.6, GeneralName

  private volatile @Nullable X509Certificate seen;

  private ServerCertificate() {}

  /** Reads the certificate from a server, and describes its names, its issuer and its end. */
  static Optional<String> of(MailSettings settings) {
    ServerCertificate observer = new ServerCertificate();
    String prefix = "mail." + settings.protocol() + ".";
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {observer}, null);
      settings.look(
          properties -> {
            properties.put(prefix + "ssl.socketFactory", context.getSocketFactory());
            properties.remove(prefix + "ssl.trust"); // it would take precedence
            properties.setProperty(prefix + "ssl.checkserveridentity", "false");
          });
    } catch (GeneralSecurityException | MessagingException e) {
      // SmtpStep reports what is wrong with the connection.
    }
    return observer.describe();
  }

  private Optional<String> describe() {
    X509Certificate certificate = seen;
    return certificate == null
        ? Optional.empty()
        : Optional.of(
            "for "
                + String.join(", ", names(certificate))
                + ", signed by "
                + certificate.getIssuerX500Principal().getName()
                + ", valid until "
                + certificate.getNotAfter().toInstant());
  }

  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      for (List<?> name : alternatives == null ? List.<List<?>>of() : alternatives) {
        if (name.get(0).equals(DNS_NAME)) {
          names.add(name.get(1).toString());
        }
      }
    } catch (CertificateException e) {
      names.clear(); // the subject is always present
    }
    return names.isEmpty() ? List.of(certificate.getSubjectX500Principal().getName()) : names;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) {
    seen = chain[0];
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("this is a client");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
