package io.github.smtpspnego.doctor;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of a mail server, and whether the JVM trusts it for the server's name.
 *
 * <p>The handshake ends well in any case, so that the names can be shown and the server be asked
 * what it offers; whether anything more is sent is decided by {@link #problem}.
 */
final class ServerCertificate {
  private static final int DNS_NAME = 2; // RFC 5280 section 4.2.1.6, GeneralName

  private final MailSettings settings;
  private @Nullable X509Certificate certificate;
  private @Nullable String problem;

  ServerCertificate(MailSettings settings) {
    this.settings = settings;
  }

  /** Makes TLS of a connection, and looks at the certificate. */
  SSLSocket handshake(Socket plain) throws IOException {
    SSLContext context;
    try {
      context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Observer(trustManager())}, null);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be used: " + e.getMessage(), e);
    }
    String host = settings.host();
    SSLSocket tls =
        (SSLSocket) context.getSocketFactory().createSocket(plain, host, settings.port(), true);
    if (!settings.isSwitchedOff("ssl.checkserveridentity")) {
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 2818 section 3.1
      tls.setSSLParameters(parameters);
    }
    tls.startHandshake();
    return tls;
  }

  /** Why the JVM does not trust it; empty where it does, or by {@code ssl.trust} need not. */
  Optional<String> problem() {
    return isTrustedAnyway() ? Optional.empty() : Optional.ofNullable(problem);
  }

  /** Whether {@code mail.smtp.ssl.trust} lets anybody pass who says that he is this server. */
  boolean isTrustedAnyway() {
    List<String> trusted = List.of(settings.text("ssl.trust").orElse("").split("\\s+", -1));
    return trusted.contains("*") || trusted.contains(settings.host());
  }

  /** Whom it is for, who signed it, and until when. */
  String describe() {
    if (certificate == null) {
      return "no certificate";
    }
    return "for "
        + String.join(", ", names(certificate))
        + ", signed by "
        + certificate.getIssuerX500Principal().getName()
        + ", valid until "
        + certificate.getNotAfter().toInstant();
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
      names.clear(); // the subject is there in any case
    }
    return names.isEmpty() ? List.of(certificate.getSubjectX500Principal().getName()) : names;
  }

  private static X509ExtendedTrustManager trustManager() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager ofJvm) {
        return ofJvm;
      }
    }
    throw new GeneralSecurityException("the JVM has no trust manager");
  }

  /** Lets the handshake go on, and keeps what the JVM's own trust manager thinks of it. */
  private final class Observer extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager ofJvm;

    Observer(X509ExtendedTrustManager ofJvm) {
      this.ofJvm = ofJvm;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      certificate = chain[0];
      try {
        ofJvm.checkServerTrusted(chain, type, socket);
      } catch (CertificateException | RuntimeException e) {
        problem = e.getMessage() == null ? e.toString() : e.getMessage();
      }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return ofJvm.getAcceptedIssuers();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      ofJvm.checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      ofJvm.checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      ofJvm.checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      ofJvm.checkClientTrusted(chain, type, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      ofJvm.checkClientTrusted(chain, type);
    }
  }
}
