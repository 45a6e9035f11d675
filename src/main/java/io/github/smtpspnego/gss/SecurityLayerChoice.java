package io.github.smtpspnego.gss;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The client's answer to a {@link SecurityLayerOffer}, RFC 2222 section 7.2.1: one octet with the
 * bit of the layer chosen, three octets with the largest message the client takes, then the
 * authorization identity in UTF-8, if any. It travels wrapped.
 *
 * @param layer the layer chosen
 * @param maxSize the largest wrapped message that the client takes, in octets; 0 without a layer
 * @param authorizationId the identity to act as; empty for the authenticated one
 */
public record SecurityLayerChoice(Qop layer, int maxSize, Optional<String> authorizationId) {
  /**
   * Reads an unwrapped choice.
   *
   * @param octets what was in the wrapped token
   * @return the choice
   * @throws IllegalArgumentException if it is shorter than four octets, chooses no layer or
   *     several, or its identity is not UTF-8
   */
  public static SecurityLayerChoice decode(byte[] octets) {
    if (octets.length < SecurityLayerOffer.LENGTH) {
      throw new IllegalArgumentException("a choice of " + octets.length + " octets");
    }
    Qop layer =
        Arrays.stream(Qop.values())
            .filter(qop -> qop.bit() == octets[0])
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        String.format(
                            Locale.ROOT,
                            "layer bits %02x where one layer was to be chosen",
                            octets[0])));
    ByteBuffer identity = ByteBuffer.wrap(octets);
    identity.position(SecurityLayerOffer.LENGTH);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(identity).toString();
      return new SecurityLayerChoice(
          layer, SizeField.decode(octets), text.isEmpty() ? Optional.empty() : Optional.of(text));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("an authorization identity that is not UTF-8", e);
    }
  }

  /**
   * The choice as it is to be wrapped.
   *
   * @return at least four octets
   */
  public byte[] encode() {
    byte[] identity = authorizationId.orElse("").getBytes(StandardCharsets.UTF_8);
    return SizeField.encode(layer.bit(), maxSize, identity);
  }
}
