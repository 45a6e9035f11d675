package io.github.smtpspnego.support;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;

/** The JDK's own GSSAPI, raw Kerberos of RFC 4752, wherever its provider stands. */
public final class JdkSasl {
  private JdkSasl() {}

  public static SaslClient client(String authorizationId, String host, Map<String, ?> properties)
      throws SaslException {
    return factory("SaslClientFactory", SaslClientFactory.class)
        .createSaslClient(
            new String[] {"GSSAPI"}, authorizationId, "smtp", host, properties, callbacks -> {});
  }

  public static SaslServer server(String host, Map<String, ?> properties, CallbackHandler handler)
      throws SaslException {
    return factory("SaslServerFactory", SaslServerFactory.class)
        .createSaslServer("GSSAPI", "smtp", host, properties, handler);
  }

  private static <T> T factory(String type, Class<T> factory) {
    try {
      Provider provider = Security.getProvider("JdkSASL");
      return factory.cast(provider.getService(type, "GSSAPI").newInstance(null));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
